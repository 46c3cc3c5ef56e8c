internal import Artifacts
internal import Kernels
internal import VAE

/// What is in a checkpoint, told to a person, once it has been found whole.
public struct CheckpointDescription {
  /// The description, one fact a line.
  public let lines: [String]

  /// Reads the checkpoint that `path` means, every tensor and checksum of it.
  ///
  /// - Throws: `Failure` or `ArtifactError` where it is not whole.
  public init(_ path: String) throws {
    let reference = try CheckpointReference(path)
    reference.warnOfPassedOver()
    let file = try SafetensorsFile(opening: reference.model)
    let layout = ParameterLayout(try ModelConfiguration(shapesOf: file))
    let largest = layout.tensors.map { $0.shape.reduce(1, *) }.max() ?? 0
    try MachineMemory.require(
      (Replica.count(layout) + 2 * largest) * MemoryLayout<Float>.stride,
      for: "looking into this model", advice: "use a larger machine")
    let memory = Buffer<Float>(repeating: 0, count: Replica.count(layout))
    let replica = Replica(layout, memory.vector)
    var lines = ["checkpoint     \(reference.directory ?? reference.model)"]
    if let directory = reference.directory {
      let state = try reference.state()
      try Checkpoint.read(directory, into: replica)
      lines += Self.lines(state)
    } else {
      try TensorFile.read([("", replica.parameters)], layout, from: file)
    }
    let sizes = layout.configuration
    lines += [
      "model          \(sizes.summary), \(layout.parameterCount) parameters, fp32"
    ]
    for tensor in layout.tensors {
      let view = tensor.view(of: replica.parameters)
      lines.append("  \(tensor.name)  \(tensor.shape)  \(Self.summary(view.elements))")
    }
    lines.append(
      reference.directory == nil
        ? "whole          yes, as a safetensors file; it has no checksums"
        : "whole          yes, every file has the SHA-256 it was written with")
    self.lines = lines
  }

  private static func lines(_ state: CheckpointState) -> [String] {
    let (progress, recipe) = (state.progress, state.recipe)
    return [
      "step           \(progress.step)",
      "epochs         \(progress.epoch) completed, \(progress.offset) images into the next",
      "recipe         batch \(recipe.batchSize), learning rate \(recipe.learningRate), "
        + "seed \(recipe.seed), \(recipe.precision.rawValue)",
    ] + (state.arithmetic.map { ["products       \($0.instructions), hash \($0.hash)"] } ?? [])
  }

  private static func summary(_ values: [Float]) -> String {
    let bad = values.count { !$0.isFinite }
    if bad > 0 { return "\(bad) of \(values.count) values are not finite" }
    let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
    let square = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    let deviation = (square / Double(values.count)).squareRoot()
    return "mean \(Float(mean)), deviation \(Float(deviation))"
  }
}
