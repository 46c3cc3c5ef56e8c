package import Engine
package import Images
package import Kernels
internal import Logging
package import MPI
internal import Platform
internal import Ranks
package import VAE

/// Warns where the weights that a run begins with seem to be transposed, or not to belong to the
/// model at all.
///
/// JAX and Keras keep a weight as (in, out), so people save `w.T`; and `safetensors.numpy` 0.8.0
/// writes the memory of such an array, still (in, out), under the shape (out, in). The loss alone
/// does not show that: with transposed weights the loss was 466 and 551 nats for models of one and two
/// epochs, and with newly drawn weights it is 543 (784 ln 2) or more, a hundred times more where the
/// weights are large. Transposed back, the same weights gave 127 and 115.
package enum WeightOrder {
  /// An upper bound of the images whose loss is computed.
  private static let imageCount = 128

  /// Warns, on rank zero, of weights read from `path`. Collective.
  ///
  /// The first warning is for a loss that is far smaller with all weights transposed, and then also
  /// smaller than an untrained model's: newly drawn weights, at any scale, meet neither condition. The
  /// others are for a loss that is not finite, or far greater than an untrained model's.
  ///
  /// - Throws: on all ranks, where a node lacks memory or threads.
  package static func check(
    _ parameters: Vector, of layout: ParameterLayout, from path: String, on train: Dataset,
    _ recipe: Recipe, among world: borrowing Communicator
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
      let inference = try InferenceSession(layout, parameters, shown: recipe.pixels)
      var noHistograms: LatentHistograms?
      return try inference.evaluate(
        train, count: min(imageCount, train.count), seed: recipe.seed, latents: &noHistograms,
        among: world
      ).mean.total
    }
    let (found, turned) = (try loss(parameters), try loss(other.vector))
    if world.rank == 0,
      let warning = warning(found, turned, pixels: layout.configuration.pixels)
    {
      Logger.lockstep.warning("\(path): \(warning)")
    }
  }

  /// The warning about a model with the loss `found`, and the loss `turned` with its weights transposed,
  /// in nats an image; nil where there is none.
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

  /// The loss of a pixel that is as likely black as white, in nats: ln 2.
  private static let greyPixel = 0.6931

  /// Whether the loss `found`, and the loss `turned` with the weights transposed, show that the transposed
  /// weights are the right ones.
  static func isScrambled(_ found: Double, _ turned: Double, pixels: Int) -> Bool {
    // Noise and scale make less difference than half of the loss.
    turned < 0.5 * found && turned < Double(pixels) * greyPixel
  }

  /// The elements, row by row, of the matrix of `shape` whose elements lie column by column in `values`;
  /// `values` themselves where `shape` is not that of a matrix.
  static func inOtherOrder(_ values: [Float], _ shape: [Int]) -> [Float] {
    guard shape.count == 2 else { return values }
    let (rows, columns) = (shape[0], shape[1])
    return (0..<rows).flatMap { row in (0..<columns).map { values[$0 * rows + row] } }
  }

  private static func nats(_ loss: Double) -> Double { (loss * 10).rounded() / 10 }
}
