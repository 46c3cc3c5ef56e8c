import Kernels

/// Parameters with their gradient and the moments of a rule.
struct Optimizer: ~Copyable {
  private let buffer: Buffer<Float>
  private let count: Int

  init(_ parameters: [Float]) {
    count = parameters.count
    buffer = Buffer(repeating: 0, count: 4 * parameters.count)
    self.parameters.write(parameters)
  }

  var parameters: Vector { buffer.vector[0..<count] }
  var gradient: Vector { buffer.vector[count..<2 * count] }
  var firstMoment: Vector { buffer.vector[2 * count..<3 * count] }
  var secondMoment: Vector { buffer.vector[3 * count..<4 * count] }

  /// A copy of parameters, gradient and moments.
  var elements: [Float] { buffer.elements }

  func update(_ rule: some UpdateRule, step: Int, in range: Range<Int>? = nil) {
    let range = range ?? 0..<count
    rule.update(
      parameters: parameters[range], gradient: gradient[range], firstMoment: firstMoment[range],
      secondMoment: secondMoment[range], step: step)
  }
}

extension Vector {
  /// The elements, copied.
  var elements: [Float] { matrix(rows: 1, columns: count).elements }

  /// Sets the elements to `values`.
  func write(_ values: [Float]) { matrix(rows: 1, columns: count).copy(from: values) }
}
