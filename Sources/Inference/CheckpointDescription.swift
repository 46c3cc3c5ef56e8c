internal import Checkpoints
internal import Engine
internal import Formats
internal import Kernels
internal import Platform
internal import Ranks
internal import VAE

/// The lines of `lockstep inspect` about a checkpoint or a safetensors file. Used on rank zero alone.
package struct CheckpointDescription {
  /// The description, one fact a line.
  package let lines: [String]

  /// Reads all of the checkpoint that `path` means, and verifies its checksums; or reads a safetensors
  /// file of any program.
  ///
  /// - Throws: `Failure` or `FileError` where the checkpoint or the file is incomplete or damaged, or
  ///   memory is lacking.
  package init(_ path: String) throws {
    let reference = try CheckpointReference(path)
    reference.warnOfPassedOver()
    guard let directory = reference.directory else {
      lines = try FileDescription(reference.model).lines
      return
    }
    let file = try SafetensorsFile(opening: reference.model)
    let layout = ParameterLayout(try ModelConfiguration(shapesOf: file))
    let largest = layout.tensors.map { $0.shape.reduce(1, *) }.max() ?? 0
    // A tensor is widened to double precision.
    try MachineMemory.require(
      (Replica.count(layout) + 4 * largest) * MemoryLayout<Float>.stride,
      for: "looking into this model", advice: "use a larger machine")
    let memory = Buffer<Float>(repeating: 0, count: Replica.count(layout))
    let replica = Replica(layout, memory.vector)
    let state = try reference.state()
    try Checkpoint.read(directory, into: replica)
    let kind = layout.configuration.kind == .vae ? "" : ", \(layout.configuration.kindName)"
    let model = "\(layout.configuration.summary)\(kind), \(layout.parameterCount) parameters, fp32"
    lines =
      ["checkpoint     \(directory)"] + Self.lines(state) + ["model          \(model)"]
      + (reference.modelDigest.map { ["model SHA-256  \($0)"] } ?? [])
      + layout.tensors.map {
        let values = $0.view(of: replica.parameters).elements.map(Double.init)
        return TensorDescription($0.name, shape: $0.shape, values: values).line
      } + ["whole          yes, every file has the SHA-256 it was written with"]
  }

  private static func lines(_ state: CheckpointState) -> [String] {
    let progress = state.progress
    let recipe = state.recipe.figures.filter(\.isTold).map(\.words)
    return [
      "step           \(progress.step)",
      "epochs         \(progress.epoch) completed, \(progress.offset) images into the next",
      "recipe         \(recipe.joined(separator: ", "))",
    ] + (state.arithmetic?.bf16Instructions.map { ["products       \($0)"] } ?? [])
  }
}
