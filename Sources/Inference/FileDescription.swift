internal import Checkpoints
internal import Formats
internal import Platform
internal import Ranks
internal import VAE

/// The lines of `lockstep inspect` about a safetensors file that is not in a checkpoint; any program may
/// have written the file.
struct FileDescription {
  /// The description, one fact a line.
  let lines: [String]

  /// Reads all tensors of the file at `path`.
  ///
  /// - Throws: `Failure` or `FileError` where it is not a complete safetensors file, or memory is lacking.
  init(_ path: String) throws {
    let file = try SafetensorsFile(opening: path)
    let largest = file.tensors.map(\.size).max() ?? 0
    // A tensor of half precision is in memory in half, in single and in double precision at once,
    // which takes seven times its size.
    try MachineMemory.require(
      7 * largest, for: "looking into this file", advice: "use a larger machine")
    var lines = ["file           \(path)"]
    lines += file.metadata.sorted { $0.key < $1.key }.map {
      "metadata       \($0.key.debugDescription): \(Self.shortened($0.value.debugDescription))"
    }
    lines.append("model          \(Self.model(in: file))")
    lines.append("SHA-256        \(SHA256.hexadecimal(try SHA256.digest(ofFile: path)))")
    for tensor in file.tensors { lines.append(try TensorDescription(tensor, in: file).line) }
    lines.append("whole          yes, as a safetensors file; it has no checksums")
    self.lines = lines
  }

  /// The sizes, and the kind if it is no VAE, of the model whose parameters the file has, or why the file's
  /// tensors are not the parameters of a model of this program.
  private static func model(in file: borrowing SafetensorsFile) -> String {
    do {
      let layout = ParameterLayout(try ModelConfiguration(shapesOf: file))
      let prefix = TensorFile.commonPrefix(of: file)
      try TensorFile.requireFit([prefix], layout, in: file)
      let types = Set(file.tensors.map(\.elementType))
      let (model, count) = (layout.configuration, layout.parameterCount)
      let sizes = model.summary + (model.kind == .vae ? "" : ", \(model.kindName)")
      let behind = prefix.isEmpty ? "" : ", names behind \(prefix.debugDescription)"
      guard types.isSubset(of: [.float32, .float16, .bfloat16]) else {
        return "\(sizes) by its names and shapes, but not in F32, F16 or BF16: write it as float32"
      }
      let type = types == [.float32] ? "fp32" : "widened to fp32 where it is used"
      return "\(sizes), \(count) parameters, \(type)\(behind)"
    } catch let error as FileError {
      return
        "none of this program: \(error.part.map { "\($0.kind) \($0.name): " } ?? "")\(error.problem)"
    } catch {
      return "none of this program: \(Failure(error))"
    }
  }

  private static func shortened(_ text: String) -> String {
    text.count > 200 ? "\(text.prefix(200))…" : text
  }
}
