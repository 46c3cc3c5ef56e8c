/// Compares the bits of this processor's matrix products with those of the definition, so that a
/// core that sometimes computes wrongly is found before it spoils a model.
package enum ProductCheck {
  /// The hash of the bits of all fp32 results, computed by the definition.
  static let expected: UInt64 = 0x8d39_0685_2cbe_9959

  /// The hash of the same results when four of five numbers of the first factor are zero.
  static let expectedWithZeros: UInt64 = 0x1035_c026_acee_cefa

  /// The hashes for bf16 by instruction set: the hash without zeros, then the hash with zeros.
  static let expectedInBFloat16: [InstructionSet: [UInt64]] = [
    .avx512BF16: [0x9a29_a3ca_346f_af30, 0xabe8_9b25_58af_81f4],
    .amx: [0x0f16_d584_5db6_0062, 0x833d_484f_443a_127d],
  ]

  /// The shapes of the products: every count of rows that a kernel for vectors computes at once, counts of
  /// columns that fill vectors wholly and partly, and inner dimensions that are longer than one
  /// pass of a kernel.
  static let shapes: [(rows: Int, inner: Int, columns: Int)] =
    (1...8).map { ($0, 30 + $0, 16 * $0 + $0 - 1) } + [(14, 784, 400), (9, 1030, 77)]

  /// The shapes of the sums over the positions of a batch.
  static let sums: [(rows: Int, positions: Int, columns: Int)] = [
    (14, 64, 400), (13, 200, 77), (5, 449, 40),
  ]

  /// Whether `engine` correctly computes the products that training in `precision` needs.
  ///
  /// Products in fp32 are checked in any case, because evaluation uses them. The check takes some
  /// milliseconds, and a tenth of a second without vector instructions.
  package static func isPassed(by engine: MatrixEngine, in precision: Precision) -> Bool {
    hash(engine, withZeros: false) == expected
      && hash(engine, withZeros: true) == expectedWithZeros
      && (precision == .fp32 || isPassedInBFloat16(by: engine))
  }

  private static func hash(_ engine: MatrixEngine, withZeros: Bool) -> UInt64 {
    hash(withZeros: withZeros) { a, b, c, bias in
      engine.multiply(
        Operand(a, isMostlyZero: withZeros), .floats(b), into: Operand(c), bias: bias,
        epilogue: .rectifier)
    } sum: {
      engine.sumOverPositions(Operand($0, isMostlyZero: withZeros), Operand($1), into: $2)
    }
  }

  private static func isPassedInBFloat16(by engine: MatrixEngine) -> Bool {
    [false, true].allSatisfy { withZeros in
      let hash = hashInBFloat16(withZeros: withZeros) {
        engine.multiply($0, .pairs($1), into: Operand($2), bias: $3, epilogue: .rectifier)
      } sum: {
        engine.sumOverPositions($0, $1, into: $2)
      }
      return hash == expectedInBFloat16[engine.instructions]?[withZeros ? 1 : 0]
    }
  }

  /// The hash of the results of `product` and `sum` for the check's numbers, with the factors
  /// rounded to bf16.
  static func hashInBFloat16(
    withZeros: Bool,
    product: (_ a: Operand, _ b: PairedMatrix, _ c: Matrix, _ bias: Matrix) -> Void,
    sum: (_ a: Operand, _ b: Operand, _ c: Matrix) -> Void
  ) -> UInt64 {
    hash(withZeros: withZeros) { a, b, c, bias in
      let count = PairedMatrix.floats(depth: b.rows, columns: b.columns)
      let memory = Buffer<Float>(repeating: 0, count: count)
      let pairs = PairedMatrix(inPlaceOf: memory.vector, depth: b.rows, columns: b.columns)
      pairs.round(rows: 0..<b.rows, from: b)
      withRounded(a, isMostlyZero: withZeros) { product($0, pairs, c, bias) }
    } sum: { a, b, c in
      withRounded(a, isMostlyZero: withZeros) { a in withRounded(b) { b in sum(a, b, c) } }
    }
  }

  private static func withRounded(
    _ matrix: Matrix, isMostlyZero: Bool = false, body: (Operand) -> Void
  ) {
    let (rows, columns) = (matrix.rows, matrix.columns)
    let memory = Buffer<Float>(repeating: 0, count: (rows * columns + 1) / 2)
    let operand = BFloat16Vector(inPlaceOf: memory.vector).operand(
      rows: rows, columns: columns, isMostlyZero: isMostlyZero)
    operand.round(matrix)
    body(operand)
  }

  /// The hash of the results of `product` and `sum` for the check's numbers.
  static func hash(
    withZeros: Bool,
    product: (_ a: Matrix, _ b: Matrix, _ c: Matrix, _ bias: Matrix) -> Void,
    sum: (_ a: Matrix, _ b: Matrix, _ c: Matrix) -> Void
  ) -> UInt64 {
    let memory = Buffer<Float>(repeating: 0, count: 784 * 415 + 400)
    let first = Buffer<Float>(repeating: 0, count: 784 * 14)
    let result = Buffer<Float>(repeating: 0, count: 14 * 400)
    let numbers = memory.vector
    fill(numbers)
    for index in 0..<first.count where !withZeros || index % 5 == 0 {
      first.vector.base[index] = numbers.base[index]
    }
    var hash = BitHash()
    for (rows, inner, columns) in shapes {
      let c = result.vector.matrix(rows: rows, columns: columns)
      product(
        first.vector.matrix(rows: rows, columns: inner),
        numbers.matrix(at: rows * inner, rows: inner, columns: columns), c,
        numbers.matrix(at: rows * inner + inner * columns, rows: 1, columns: columns))
      hash.add(result.vector[0..<rows * columns])
    }
    for (rows, positions, columns) in sums {
      let c = result.vector.matrix(rows: rows, columns: columns)
      sum(
        first.vector.matrix(rows: positions, columns: rows),
        numbers.matrix(at: positions * rows, rows: positions, columns: columns), c)
      hash.add(result.vector[0..<rows * columns])
    }
    return hash.value
  }

  /// Fills `vector` with numbers in −1..<1 of many different exponents. Additions of these numbers
  /// round, so that a different order of additions changes bits.
  private static func fill(_ vector: Vector) {
    var state: UInt32 = 1
    for index in 0..<vector.count {
      // Numerical Recipes, 2nd edition, section 7.1, "An Even Quicker Generator".
      state = state &* 1_664_525 &+ 1_013_904_223
      vector.base[index] = Float(Int32(bitPattern: state)) * 0x1p-31
    }
  }
}

/// A hash of the bits of floats, in order.
///
/// FNV-1a over words (Fowler, Noll, Vo; RFC 9923), 64 bits wide. It detects mistakes, not forgery.
private struct BitHash {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  /// Adds the bits of all floats.
  mutating func add(_ vector: Vector) {
    for index in 0..<vector.count {
      value = (value ^ UInt64(vector.base[index].bitPattern)) &* 0x100_0000_01b3
    }
  }
}
