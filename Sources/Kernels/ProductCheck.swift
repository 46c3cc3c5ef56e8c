/// Whether this processor's matrix products have the bits that they must have: a core that computes
/// wrongly now and then is found before it spoils a model.
public struct ProductCheck {
  /// The hash of the products' bits as the definition has them.
  static let expected: UInt64 = 0x8d39_0685_2cbe_9959

  /// The shapes: all numbers of rows that kernels take at a time, vectors that are whole and not,
  /// and inner dimensions beyond what a kernel takes in one go.
  static let shapes: [(rows: Int, inner: Int, columns: Int)] =
    (1...8).map { ($0, 30 + $0, 16 * $0 + $0 - 1) } + [(14, 784, 400), (9, 1030, 77)]

  /// Those of sums over a batch's positions.
  static let sums: [(rows: Int, positions: Int, columns: Int)] = [
    (14, 64, 400), (13, 200, 77), (5, 449, 40),
  ]

  /// Whether the products of `engine` are right, both those that visit all numbers and those that
  /// leave zeros out. Takes about two milliseconds.
  public static func isPassed(by engine: MatrixEngine) -> Bool {
    [false, true].allSatisfy { hash(engine, isMostlyZero: $0) == expected }
  }

  private static func hash(_ engine: MatrixEngine, isMostlyZero: Bool) -> UInt64 {
    hash { a, b, c, bias in
      engine.multiply(
        Operand(a, isMostlyZero: isMostlyZero), .floats(b), into: Operand(c), bias: bias,
        epilogue: .rectifier)
    } sum: {
      engine.sumOverPositions(Operand($0, isMostlyZero: isMostlyZero), Operand($1), into: $2)
    }
  }

  /// The hash of what `product` and `sum` compute of the check's numbers.
  static func hash(
    product: (_ a: Matrix, _ b: Matrix, _ c: Matrix, _ bias: Matrix) -> Void,
    sum: (_ a: Matrix, _ b: Matrix, _ c: Matrix) -> Void
  ) -> UInt64 {
    let memory = Buffer<Float>(repeating: 0, count: 784 * 415 + 400)
    let result = Buffer<Float>(repeating: 0, count: 14 * 400)
    let numbers = memory.vector
    fill(numbers)
    var hash = BitHash()
    for (rows, inner, columns) in shapes {
      let c = result.vector.matrix(rows: rows, columns: columns)
      product(
        numbers.matrix(rows: rows, columns: inner),
        numbers.matrix(at: rows * inner, rows: inner, columns: columns), c,
        numbers.matrix(at: rows * inner + inner * columns, rows: 1, columns: columns))
      hash.add(result.vector[0..<rows * columns])
    }
    for (rows, positions, columns) in sums {
      let c = result.vector.matrix(rows: rows, columns: columns)
      sum(
        numbers.matrix(rows: positions, columns: rows),
        numbers.matrix(at: positions * rows, rows: positions, columns: columns), c)
      hash.add(result.vector[0..<rows * columns])
    }
    return hash.value
  }

  // Sums of many different exponents round at every step, so that another order shows.
  private static func fill(_ vector: Vector) {
    var state: UInt32 = 1
    for index in 0..<vector.count {
      // Numerical Recipes, 2nd edition, section 7.1, "An Even Quicker Generator".
      state = state &* 1_664_525 &+ 1_013_904_223
      vector.base[index] = Float(Int32(bitPattern: state)) * 0x1p-31
    }
  }
}
