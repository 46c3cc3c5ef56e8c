extension RowPanels {
  /// A product x W + b or x Wᵀ as a model has them: (rows, `inner`) times (`inner`, `columns`).
  public struct ProductSize: Sendable {
    /// The inputs of a row.
    public let inner: Int
    /// The outputs of a row.
    public let columns: Int
    /// Whether W lies transposed, as on the way back.
    public let isTransposed: Bool

    /// The size of one product.
    public init(inner: Int, columns: Int, isTransposed: Bool) {
      self.inner = inner
      self.columns = columns
      self.isTransposed = isTransposed
    }
  }

  /// Whether, on this processor and for products of `sizes` in `precision`, a row's bits are the same
  /// in a panel of one height and in those of other heights that other numbers of ranks would cut.
  ///
  /// Costs a product of 71 rows and some smaller ones for each size. This is what "the
  /// same bits on any number of ranks" rests on; it samples the rule, and cannot prove it.
  ///
  /// Gradients' products are not among them: ranks that share memory cut those by the sizes of layers
  /// and batch alone, so each has one shape whoever computes it, and there is no other to compare.
  public static func keepBits(
    _ sizes: [ProductSize], _ precision: Precision, _ engine: MatrixEngine
  ) -> Bool {
    keepBits(sizes, cuts, precision, engine)
  }

  // The tallest panel, with the largest remainder, and some of its rows as others would cut them: from
  // multiples of six, of one unit, of several, and the last unit with the remainder, which stay together.
  private static let testedRows = height + unit - 1
  private static let cuts = [0..<unit, 4 * unit..<7 * unit, height - unit..<testedRows]

  /// Whether the rows `cuts` of all products have the same bits in a whole panel and by themselves.
  static func keepBits(
    _ sizes: [ProductSize], _ cuts: [Range<Int>], _ precision: Precision, _ engine: MatrixEngine
  ) -> Bool {
    let (inner, columns) = (sizes.map(\.inner).max() ?? 0, sizes.map(\.columns).max() ?? 0)
    let weights = sizes.map { $0.inner * $0.columns }.max() ?? 0
    // Pages of fresh memory cost more than the products do: all sizes use the same.
    let memory = Buffer<Float>(repeating: 0, count: testedRows * inner + weights + columns)
    let copy = Buffer<Float>(repeating: 0, count: precision == .fp32 ? 0 : memory.count)
    let results = Buffer<Float>(repeating: 0, count: 2 * testedRows * columns)
    let given = Given(values: memory.vector, precision: precision, copy: copy.vector)
    return sizes.allSatisfy { keepsBits($0, cuts, given, results.vector, engine) }
  }

  private static func keepsBits(
    _ size: ProductSize, _ cuts: [Range<Int>], _ given: Given, _ results: Vector,
    _ engine: MatrixEngine
  ) -> Bool {
    let (inner, columns) = (size.inner, size.columns)
    let (first, second) = (testedRows * inner, testedRows * inner + inner * columns)
    let x = given.operand(at: 0, rows: testedRows, columns: inner)
    let w =
      size.isTransposed
      ? given.operand(at: first, rows: columns, columns: inner).transposed
      : given.operand(at: first, rows: inner, columns: columns)
    let bias = size.isTransposed ? nil : given.values.matrix(at: second, rows: 1, columns: columns)
    let count = testedRows * columns
    let whole = results.matrix(rows: testedRows, columns: columns)
    let cut = results.matrix(at: count, rows: testedRows, columns: columns)
    engine.multiply(x, w, into: whole, bias: bias)
    return cuts.allSatisfy { rows in
      engine.multiply(x.rows(rows), w, into: cut.rows(rows), bias: bias)
      let part = rows.lowerBound * columns..<rows.upperBound * columns
      return results[part].hasSameBits(as: results[count..<2 * count][part])
    }
  }
}

/// Numbers to multiply, in fp32 and where need be rounded.
private struct Given {
  let values: Vector
  private let copy: BFloat16Vector?

  /// Fills `values`, and `copy`, of as many floats, where `precision` asks for another format.
  init(values: Vector, precision: Precision, copy: Vector) {
    self.values = values
    Self.fill(values)
    self.copy =
      precision == .bf16 ? BFloat16Vector(inPlaceOf: copy)[0..<values.count] : nil
    self.copy?.round(values)
  }

  func operand(at offset: Int, rows: Int, columns: Int) -> Operand {
    copy?.operand(at: offset, rows: rows, columns: columns)
      ?? Operand(values.matrix(at: offset, rows: rows, columns: columns))
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

extension Vector {
  /// Whether each element has the bits of `other`'s.
  fileprivate func hasSameBits(as other: Vector) -> Bool {
    var difference: UInt32 = 0
    for index in 0..<count { difference |= base[index].bitPattern ^ other.base[index].bitPattern }
    return difference == 0
  }
}
