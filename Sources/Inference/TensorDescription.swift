internal import Formats

/// What a person is told of a tensor in a file, a line.
struct TensorDescription {
  /// The line.
  let line: String

  /// Tells of a tensor with these values.
  init(_ name: String, _ shape: [Int], _ elementType: ElementType, _ values: [Double]) {
    line = Self.line(name, shape, elementType, Self.summary(values))
  }

  /// Reads a tensor of a file, if its elements are floating-point numbers that can be summed up.
  init(_ tensor: Safetensors.Tensor, in file: borrowing SafetensorsFile) throws {
    let values: [Double]?
    switch tensor.elementType {
    case .float32, .float16, .bfloat16: values = try file.readFloats(tensor.name).map(Double.init)
    case .float64: values = try file.read(tensor.name)
    default: values = nil
    }
    // A name of another program's may hold anything.
    let isPlain = tensor.name.unicodeScalars.allSatisfy {
      $0.value >= 0x20 && $0.value != 0x7f
    }
    line = Self.line(
      isPlain ? tensor.name : tensor.name.debugDescription, tensor.shape, tensor.elementType,
      values.map(Self.summary))
  }

  private static func line(
    _ name: String, _ shape: [Int], _ elementType: ElementType, _ summary: String?
  ) -> String {
    "  \(name)  \(shape)  \(elementType.rawValue)" + (summary.map { "  \($0)" } ?? "")
  }

  private static func summary(_ values: [Double]) -> String {
    guard !values.isEmpty else { return "no values" }
    let bad = values.count { !$0.isFinite }
    if bad > 0 { return "\(bad) of \(values.count) values are not finite" }
    let mean = values.reduce(0, +) / Double(values.count)
    let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (square / Double(values.count)).squareRoot()
    return "mean \(Float(mean)), deviation \(Float(deviation))"
  }
}
