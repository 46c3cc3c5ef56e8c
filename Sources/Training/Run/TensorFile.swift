internal import Artifacts
internal import Kernels
internal import VAE

/// Tensors of the model's layout in a safetensors file, under PyTorch's names and shapes.
enum TensorFile {
  /// Writes each of `vectors`, its tensors' names behind its prefix.
  ///
  /// `rows` is room for some rows of a tensor: see ``rowsCount(_:)``.
  ///
  /// - Throws: `NotFinite` where a number is not finite, or `ArtifactError`.
  static func write(
    _ vectors: [StateVector], _ layout: ParameterLayout, _ metadata: [String: String],
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

  /// A part of the state.
  struct StateVector {
    /// What the names of its tensors begin with.
    let prefix: String
    /// What one of its numbers is called.
    let subject: String
    /// Its numbers.
    let floats: Vector
  }

  /// A number that is not finite.
  struct NotFinite: Error {
    /// What it is called.
    let subject: String
  }

  /// As many rows are brought into the file's order at a time: their elements lie side by side in a
  /// few cache lines, and they are hashed and written while they are in cache.
  private static let rowsAtATime = 64

  /// The floats that bringing any tensor of `layout` into order takes.
  static func rowsCount(_ layout: ParameterLayout) -> Int {
    // A bias is one long row.
    layout.tensors.map {
      $0.shape.count == 1 ? $0.shape[0] : min(rowsAtATime, $0.shape[0]) * $0.shape[1]
    }
    .max() ?? 0
  }

  /// Writes a tensor, and tells whether its numbers are finite, while they are in cache.
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

  /// Reads each of `vectors` from the tensors of its prefix.
  ///
  /// - Throws: `ArtifactError` where a tensor is missing; `Failure` where one has another shape or
  ///   there are more.
  static func read(
    _ vectors: [(prefix: String, vector: Vector)], _ layout: ParameterLayout,
    from file: borrowing SafetensorsFile
  ) throws {
    let count = vectors.count * layout.tensors.count
    guard file.tensors.count == count else {
      throw Failure(
        .badData,
        "\(file.path): \(file.tensors.count) tensors, where the model has \(count); use a file "
          + "that was written for this model")
    }
    for (prefix, vector) in vectors {
      for tensor in layout.tensors {
        let name = prefix + tensor.name
        let shape = try file.tensor(name).shape
        guard shape == tensor.shape else {
          throw Failure(
            .badData,
            "\(file.path), tensor \(name): its shape is \(shape), where the model has "
              + "\(tensor.shape); use a checkpoint of this model")
        }
        let values: [Float] = try file.read(name)
        tensor.view(of: vector).copy(from: values)
      }
    }
  }
}
