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

  /// Whether, on this processor and for products of `sizes`, a row's bits are the same in a panel of
  /// one height and in those of other heights that other numbers of ranks would cut.
  ///
  /// Costs two products of 62 rows for each size. This is what "the same bits on any number of ranks"
  /// rests on; it samples the rule, and cannot prove it.
  public static func keepBits(_ sizes: [ProductSize], _ engine: MatrixEngine) -> Bool {
    sizes.allSatisfy { keepsBits($0, cuts, engine) }
  }

  // A whole panel with a remainder of two rows, and the same rows as others would cut them.
  private static let testedRows = 62
  private static let cuts = [0..<6, 6..<54, 54..<62]

  /// Whether the rows of one product have the same bits whole and in panels of `cuts`.
  static func keepsBits(_ size: ProductSize, _ cuts: [Range<Int>], _ engine: MatrixEngine) -> Bool {
    let (inner, columns) = (size.inner, size.columns)
    let counts = [
      testedRows * inner, inner * columns, columns, testedRows * columns, testedRows * columns,
    ]
    let memory = Buffer<Float>(repeating: 0, count: counts.reduce(0, +))
    var offset = 0
    let parts = counts.map { count in
      defer { offset += count }
      return memory.vector[offset..<offset + count]
    }
    for part in parts[0...2] { fill(part) }
    let x = parts[0].matrix(rows: testedRows, columns: inner)
    let w =
      size.isTransposed
      ? parts[1].matrix(rows: columns, columns: inner).transposed
      : parts[1].matrix(rows: inner, columns: columns)
    let bias = size.isTransposed ? nil : parts[2].matrix(rows: 1, columns: columns)
    let (whole, cut) = (
      parts[3].matrix(rows: testedRows, columns: columns),
      parts[4].matrix(rows: testedRows, columns: columns)
    )
    engine.multiply(x, w, into: whole, bias: bias)
    for rows in cuts { engine.multiply(x.rows(rows), w, into: cut.rows(rows), bias: bias) }
    return parts[3].hasSameBits(as: parts[4])
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
