internal import Engine
package import Images
package import Kernels
internal import Logging
package import MPI
internal import Ranks
package import VAE

/// Whether the weights that a run begins with lie in the order that their shapes tell.
///
/// JAX and Keras keep a weight as (in, out), so people save `w.T`; and `safetensors.numpy` 0.8.0
/// writes the memory of such an array, still (in, out), under the shape (out, in). The loss as such
/// cannot tell that from a model which knows nothing: it was 466 to 551 nats for models of one and
/// two epochs, where all that draw their weights anew come to 543 (784 ln 2) or more, a hundred
/// times more where they are large. But in the other order the same numbers came to 127 and 115.
package enum WeightOrder {
  /// The images whose loss is looked at.
  private static let imageCount = 128

  /// Warns, on rank zero, where the model knows images far better with its weights in the other
  /// order, and better than one that knows nothing: numbers that were drawn, whatever their scale,
  /// do neither. And where it is far worse than one that knows nothing. Collective.
  package static func check(
    _ path: String, _ layout: ParameterLayout, _ parameters: Vector, on train: Dataset,
    seed: UInt64, among world: borrowing Communicator
  ) throws {
    let largest = layout.tensors.map { $0.shape.reduce(1, *) }.max() ?? 0
    try MachineMemory.require(
      (layout.count + 2 * largest) * MemoryLayout<Float>.stride, for: "beginning with \(path)",
      advice: "use a larger machine", among: world)
    let other = Buffer<Float>(repeating: 0, count: layout.count)
    for tensor in layout.tensors {
      let values = tensor.view(of: parameters).elements
      tensor.view(of: other.vector).copy(from: inOtherOrder(values, tensor.shape))
    }
    func loss(_ parameters: Vector) throws -> Double {
      let inference = try InferenceSession(layout, parameters)
      var nothing: LatentHistograms?
      return try inference.evaluate(
        train, count: min(imageCount, train.count), seed: seed, latents: &nothing, among: world
      ).mean.total
    }
    let (found, turned) = (try loss(parameters), try loss(other.vector))
    if world.rank == 0,
      let warning = warning(found, turned, pixels: layout.configuration.pixels)
    {
      Logger(label: "lockstep").warning("\(path): \(warning)")
    }
  }

  /// What is to be said of a model with the loss `found`, and `turned` with its weights in the other
  /// order; nil where nothing is.
  static func warning(_ found: Double, _ turned: Double, pixels: Int) -> String? {
    if isScrambled(found, turned, pixels: pixels) {
      return """
        the weights seem to lie in the other order than their shapes tell: as they are, the loss of \
        the first images is \(nats(found)) nats, and \(nats(turned)) with each weight read as the \
        transpose of its shape. NumPy arrays must be saved as np.ascontiguousarray(w.T), not as w.T: \
        save it again; see checkpoints/README.md
        """
    }
    guard found.isFinite else {
      return """
        the loss of the first images is not finite, so nothing can be trained from it: the weights are \
        too large, or none of this model's
        """
    }
    let untrained = Double(pixels) * greyPixel
    guard !(found <= 2 * untrained) else { return nil }
    return """
      the loss of the first images is \(nats(found)) nats, far above the \(nats(untrained)) of a \
      model that knows nothing: look whether the weights are of this model, in the order of their \
      shapes, for pixels from 0 to 1, and for images like these
      """
  }

  /// What a pixel costs that is as likely black as white, in nats: ln 2.
  private static let greyPixel = 0.6931

  /// Whether losses as the weights are and in the other order tell that the latter is right.
  static func isScrambled(_ found: Double, _ turned: Double, pixels: Int) -> Bool {
    // Half of the loss is more than noise and scale make.
    turned < 0.5 * found && turned < Double(pixels) * greyPixel
  }

  /// The elements, row-major, of a tensor whose values are those of its transpose in memory's order.
  static func inOtherOrder(_ values: [Float], _ shape: [Int]) -> [Float] {
    guard shape.count == 2 else { return values }
    let (rows, columns) = (shape[0], shape[1])
    return (0..<rows).flatMap { row in (0..<columns).map { values[$0 * rows + row] } }
  }

  private static func nats(_ loss: Double) -> Double { (loss * 10).rounded() / 10 }
}
