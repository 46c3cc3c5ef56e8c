internal import Artifacts
internal import Kernels
internal import VAE

/// Tensors of the model's layout in a safetensors file, under PyTorch's names and shapes.
enum TensorFile {
  /// Writes each of `vectors`, its tensors' names behind its prefix, and brings the file to the disk.
  static func write(
    _ vectors: [(prefix: String, vector: Vector)], _ layout: ParameterLayout,
    _ metadata: [String: String], to path: String
  ) throws {
    let views = vectors.flatMap { prefix, vector in
      layout.tensors.map { (prefix + $0.name, $0.shape, $0.view(of: vector)) }
    }
    var file = try OutputFile(creating: path)
    var next = 0
    try Safetensors.write(
      views.map { Safetensors.Tensor(name: $0.0, shape: $0.1) }, metadata: metadata, to: &file
    ) { _, file in
      try file.write(views[next].2.elements.span)
      next += 1
    }
    try file.synchronize()
    try file.close()
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
