internal import Formats

/// The line of `lockstep inspect` about one tensor: name, shape, element type, mean and standard deviation.
struct TensorDescription {
  /// The line.
  let line: String

  /// Describes a tensor of fp32 with these values.
  init(_ name: String, shape: [Int], values: [Double]) {
    line = Self.line(name, shape: shape, type: .float32, summary: Self.summary(values))
  }

  /// Describes a tensor of a file. The tensor's values are read and summarised if they are
  /// floating-point numbers.
  init(_ tensor: Safetensors.Tensor, in file: borrowing SafetensorsFile) throws {
    let values: [Double]?
    switch tensor.elementType {
    case .float32, .float16, .bfloat16: values = try file.readFloats(tensor.name).map(Double.init)
    case .float64: values = try file.read(tensor.name)
    default: values = nil
    }
    // A name that another program chose may contain anything.
    let isPlain = tensor.name.unicodeScalars.allSatisfy {
      $0.value >= 0x20 && $0.value != 0x7f
    }
    line = Self.line(
      isPlain ? tensor.name : tensor.name.debugDescription, shape: tensor.shape,
      type: tensor.elementType, summary: values.map(Self.summary))
  }

  private static func line(
    _ name: String, shape: [Int], type: ElementType, summary: String?
  ) -> String {
    "  \(name)  \(shape)  \(type.rawValue)" + (summary.map { "  \($0)" } ?? "")
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
