extension RowPanels {
  /// A product x W + b or x Wᵀ as a model has them: (rows, `inner`) times (`inner`, `columns`).
  public struct ProductSize: Sendable {
    /// The inputs of a row.
    public let inner: Int
    /// The outputs of a row.
    public let columns: Int
    /// Whether W lies transposed, as on the way back.
    public let isTransposed: Bool

    /// How far rows of x lie apart in a model, whose layer inputs have a column of ones behind
    /// them: oneDNN chooses kernels by that, too.
    var stride: Int { Self.aligned(isTransposed ? inner : inner + 1) }

    /// How far rows of the result lie apart.
    var resultStride: Int { Self.aligned(columns) }

    private static func aligned(_ floats: Int) -> Int {
      let line = Buffer<Float>.alignment / MemoryLayout<Float>.stride
      return (floats + line - 1) / line * line
    }

    /// The size of one product.
    public init(inner: Int, columns: Int, isTransposed: Bool) {
      self.inner = inner
      self.columns = columns
      self.isTransposed = isTransposed
    }
  }

  /// A product xᵀ δ as a gradient has them: (`inputs`, `samples`) times (`samples`, `columns`).
  public struct GradientSize: Sendable, Equatable {
    /// The samples that are summed over.
    public let samples: Int
    /// The inputs, which are the rows of the result.
    public let inputs: Int
    /// The outputs.
    public let columns: Int

    /// The size of one product.
    public init(samples: Int, inputs: Int, columns: Int) {
      self.samples = samples
      self.inputs = inputs
      self.columns = columns
    }
  }

  /// What products are like on this processor.
  public struct Findings: Equatable, Sendable {
    /// Whether a row's bits are the same in a panel of one height and in those of other heights
    /// that other numbers of ranks would cut.
    public let keepsBits: Bool
    /// A hash of the products' bits.
    public let hash: UInt64
  }

  /// Computes products of `sizes` and `gradients` in `precision`.
  ///
  /// Costs a product of 71 rows and some smaller ones for each size, and one for each gradient.
  /// This is what "the same bits on any number of ranks" rests on; it samples the rule, and cannot
  /// prove it.
  ///
  /// Gradients' products are hashed only: ranks that share memory cut those by the sizes of layers
  /// and batch alone, so each has one shape whoever computes it, and there is no other to compare.
  public static func examine(
    _ sizes: [ProductSize], gradients: [GradientSize] = [], _ precision: Precision,
    _ engine: MatrixEngine
  ) -> Findings {
    examine(sizes, gradients, cuts, precision, engine)
  }

  // The tallest panel, with the largest remainder, and some of its rows as others would cut them:
  // from multiples of six, of one unit, of several, and the last unit with the remainder, which
  // stay together.
  private static let testedRows = height + unit - 1
  private static let cuts = [0..<unit, 4 * unit..<7 * unit, height - unit..<testedRows]

  /// As ``examine(_:gradients:_:_:)``, with the rows `cuts` of each product by themselves.
  static func examine(
    _ sizes: [ProductSize], _ gradients: [GradientSize] = [], _ cuts: [Range<Int>],
    _ precision: Precision, _ engine: MatrixEngine
  ) -> Findings {
    let values = sizes.map { testedRows * $0.stride + ($0.inner + 1) * $0.columns }
    let samples = gradients.map { $0.samples * ($0.inputs + $0.columns) }
    let products = sizes.map { 2 * testedRows * $0.resultStride }
    let tiles = gradients.map { $0.inputs * $0.columns }
    // Pages of fresh memory cost more than the products do: all sizes use the same.
    let memory = Buffer<Float>(repeating: 0, count: (values + samples).max() ?? 0)
    let copy = Buffer<Float>(repeating: 0, count: precision == .fp32 ? 0 : memory.count)
    let results = Buffer<Float>(repeating: 0, count: (products + tiles).max() ?? 0)
    let given = SelfTestNumbers(values: memory.vector, precision: precision, copy: copy.vector)
    var (keepsBits, hash) = (true, BitHash())
    for size in sizes {
      keepsBits =
        Self.keepsBits(size, cuts, given, results.vector, engine, hash: &hash) && keepsBits
    }
    for size in gradients { addGradient(size, given, results.vector, engine, to: &hash) }
    return Findings(keepsBits: keepsBits, hash: hash.value)
  }

  private static func keepsBits(
    _ size: ProductSize, _ cuts: [Range<Int>], _ given: SelfTestNumbers, _ results: Vector,
    _ engine: MatrixEngine, hash: inout BitHash
  ) -> Bool {
    let (inner, columns) = (size.inner, size.columns)
    let first = testedRows * size.stride
    let second = first + inner * columns
    let x = given.operand(at: 0, rows: testedRows, columns: inner, stride: size.stride)
    let w =
      size.isTransposed
      ? given.operand(at: first, rows: columns, columns: inner).transposed
      : given.operand(at: first, rows: inner, columns: columns)
    let bias = size.isTransposed ? nil : given.values.matrix(at: second, rows: 1, columns: columns)
    let (stride, count) = (size.resultStride, testedRows * size.resultStride)
    let whole = results.matrix(rows: testedRows, columns: columns, stride: stride)
    let cut = results.matrix(at: count, rows: testedRows, columns: columns, stride: stride)
    results[0..<2 * count].fill(0)
    engine.multiply(x, w, into: whole, bias: bias)
    hash.add(results[0..<count])
    return cuts.allSatisfy { rows in
      engine.multiply(x.rows(rows), w, into: cut.rows(rows), bias: bias)
      let part = rows.lowerBound * stride..<rows.upperBound * stride
      return results[part].hasSameBits(as: results[count..<2 * count][part])
    }
  }

  private static func addGradient(
    _ size: GradientSize, _ given: SelfTestNumbers, _ results: Vector, _ engine: MatrixEngine,
    to hash: inout BitHash
  ) {
    let (samples, inputs, columns) = (size.samples, size.inputs, size.columns)
    let x = given.operand(at: 0, rows: samples, columns: inputs)
    let delta = given.operand(at: samples * inputs, rows: samples, columns: columns)
    engine.multiply(
      x.transposed, delta, into: results.matrix(rows: inputs, columns: columns))
    hash.add(results[0..<inputs * columns])
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
