package import Formats
package import Kernels
internal import Platform
package import VAE

/// A model's tensors in a safetensors file, under PyTorch's names and with PyTorch's shapes.
package enum TensorFile {
  /// Writes the tensors of `vectors`, each of `layout`; a tensor's name is its vector's prefix and
  /// PyTorch's name.
  ///
  /// `rows` is scratch memory of ``rowsCount(_:)`` floats, in which some rows at a time are brought into
  /// PyTorch's order.
  ///
  /// - Throws: `NotFinite` where a number is not finite, or `FileError`.
  static func write(
    _ vectors: [StateVector], _ layout: ParameterLayout, metadata: [String: String],
    to file: inout HashedFile, rows: Vector
  ) throws {
    let parts = vectors.flatMap { vector in
      layout.tensors.map { (vector: vector, tensor: $0) }
    }
    let tensors = parts.map {
      Safetensors.Tensor(name: $0.vector.prefix + $0.tensor.name, shape: $0.tensor.shape)
    }
    var next = 0
    try Safetensors.write(tensors, metadata: metadata, to: &file) { _, file in
      let (vector, tensor) = parts[next]
      let isFinite = try write(tensor.view(of: vector.floats), to: &file, by: rows)
      guard isFinite else { throw NotFinite(subject: vector.subject) }
      next += 1
    }
  }

  /// The parameters, or one of the two moments.
  struct StateVector {
    /// The beginning of the names of this vector's tensors.
    let prefix: String
    /// The words for one number of the vector in an error, as in "a parameter".
    let subject: String
    /// The numbers.
    let floats: Vector
  }

  /// The error of a number that is not finite.
  struct NotFinite: Error {
    /// The words for the number, as in "a parameter".
    let subject: String
  }

  /// The rows of a tensor that are brought into the file's order at a time: few enough that they are
  /// still in cache when they are hashed and written, and enough to use whole cache lines.
  private static let rowsAtATime = 64

  /// The floats of memory that bringing any tensor of `layout` into the file's order takes.
  static func rowsCount(_ layout: ParameterLayout) -> Int {
    // A bias is one long row.
    layout.tensors.map {
      $0.shape.count == 1 ? $0.shape[0] : min(rowsAtATime, $0.shape[0]) * $0.shape[1]
    }
    .max() ?? 0
  }

  /// Writes a tensor.
  ///
  /// - Returns: whether its numbers are finite.
  private static func write(
    _ tensor: Matrix, to file: inout HashedFile, by rows: Vector
  ) throws -> Bool {
    var isFinite = true
    for start in stride(from: 0, to: tensor.rows, by: rowsAtATime) {
      let part = tensor.rows(start..<min(start + rowsAtATime, tensor.rows))
      let floats = rows[0..<part.rows * part.columns]
      floats.matrix(rows: part.rows, columns: part.columns).copy(from: part)
      isFinite = isFinite && floats.isFinite
      try floats.withMutableSpan { try file.write($0.span) }
    }
    return isFinite
  }

  /// Reads each of `vectors` from the tensors with its prefix. In a file of parameters, which have none, all
  /// names may begin with another program's: see ``commonPrefix(of:)``.
  ///
  /// - Throws: `Failure` or `FileError` where a tensor is missing or has another shape, or there are more
  ///   tensors.
  package static func read(
    _ vectors: [(prefix: String, vector: Vector)], _ layout: ParameterLayout,
    from file: borrowing SafetensorsFile
  ) throws {
    let common = vectors.contains { $0.prefix.isEmpty } ? commonPrefix(of: file) : ""
    let prefixes = vectors.map { common + $0.prefix }
    try requireFit(prefixes, layout, in: file)
    for (prefix, vector) in zip(prefixes, vectors.map(\.vector)) {
      for tensor in layout.tensors {
        tensor.view(of: vector).copy(from: try file.readFloats(prefix + tensor.name))
      }
    }
  }

  /// Makes sure that a file has the tensors of `layout` with each of `prefixes`, and no others.
  package static func requireFit(
    _ prefixes: [String], _ layout: ParameterLayout, in file: borrowing SafetensorsFile
  ) throws {
    let wanted = prefixes.flatMap { prefix in layout.tensors.map { prefix + $0.name } }
    let found = file.tensors.map(\.name)
    guard found.count == wanted.count else {
      let missing = wanted.filter { !found.contains($0) }.map { "\($0) is missing" }
      let more = found.filter { !wanted.contains($0) }
        .map { "there is \($0.debugDescription), too" }
      let advice =
        missing.isEmpty
        ? "write the file without \(more.count == 1 ? "it" : "them")"
        : "use a file with this model's tensors, whose names checkpoints/README.md lists"
      throw Failure(
        .badData,
        "\(file.path): \(found.count) tensors, where the model has \(wanted.count): "
          + "\(Self.some(missing + more)); \(advice)")
    }
    for prefix in prefixes {
      for tensor in layout.tensors {
        let shape = try file.tensor(prefix + tensor.name).shape
        guard shape != tensor.shape else { continue }
        throw Failure(
          .badData,
          "\(file.path), tensor \(prefix + tensor.name): its shape is \(shape), where the model has "
            + "\(tensor.shape); use a file whose tensors fit one another")
      }
    }
  }

  private static func some(_ parts: [String]) -> String {
    parts.prefix(4).joined(separator: ", ")
      + (parts.count > 4 ? " and \(parts.count - 4) more" : "")
  }

  /// The prefix of the names of all tensors, as `module.` or `_orig_mod.` of a model that was saved with
  /// its wrapper; empty where there is none.
  package static func commonPrefix(of file: borrowing SafetensorsFile) -> String {
    let name = "fc1.weight"
    let names = file.tensors.map(\.name)
    guard !names.contains(name), let found = names.first(where: { $0.hasSuffix(".\(name)") }) else {
      return ""
    }
    let prefix = String(found.dropLast(name.count))
    return names.allSatisfy { $0.hasPrefix(prefix) } ? prefix : ""
  }
}
