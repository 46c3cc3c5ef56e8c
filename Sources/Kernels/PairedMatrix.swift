internal import CProducts

/// A non-owning view of a matrix (depth, columns) in bf16, in the layout that instructions need for
/// the second factor of a product: the two numbers of a column in rows 2 k and 2 k + 1 are
/// adjacent. `CProductsBF16.h` describes the layout.
///
/// The memory must outlive the view.
public struct PairedMatrix {
  let base: UnsafeMutablePointer<UInt16>

  /// The number of rows, which is the inner dimension of products.
  public let depth: Int

  /// The number of columns.
  public let columns: Int

  /// The distance between two rows of pairs, in numbers of bf16.
  var stride: Int { CProducts_paired_row(columns) }

  /// The number of floats whose memory a matrix of this shape takes.
  public static func floats(depth: Int, columns: Int) -> Int {
    CProducts_paired_count(depth, columns) / 2
  }

  /// Uses the memory of `floats`, which is aligned to 64 bytes and has ``floats(depth:columns:)``
  /// floats. From then on the memory must not be used as floats.
  ///
  /// The memory must be zero before the first view is made: products read the gaps of the layout as
  /// zeros, and nothing writes the gaps. Later views must have the same shape.
  public init(inPlaceOf floats: Vector, depth: Int, columns: Int) {
    let count = Self.floats(depth: depth, columns: columns)
    require(floats.count == count, "a paired matrix needs \(count) floats, not \(floats.count)")
    base = UnsafeMutableRawPointer(floats.base).bindMemory(to: UInt16.self, capacity: 2 * count)
    self.depth = depth
    self.columns = columns
  }

  /// Sets `rows` of the matrix to `values` (rows.count, columns), row-major, rounded. Other threads
  /// can set other rows at the same time.
  public func round(rows: Range<Int>, from values: Matrix) {
    values.requireRowMajor("values", rows: rows.count, columns: columns)
    requireRange(rows, within: depth)
    CProducts_pair_rows(values.base, values.rowStride, rows.lowerBound, rows.count, columns, base)
  }

  /// Sets the columns in `range` of the matrix to the rows of `values` (range.count, depth),
  /// row-major, rounded. Other threads can set other columns at the same time.
  public func round(columns range: Range<Int>, from values: Matrix) {
    values.requireRowMajor("values", rows: range.count, columns: depth)
    requireRange(range, within: columns)
    CProducts_pair_columns(
      values.base, values.rowStride, range.lowerBound, range.count, columns, depth, base)
  }

  private func requireRange(_ range: Range<Int>, within count: Int) {
    require(
      range.lowerBound >= 0 && range.upperBound <= count,
      "range \(range) outside of a paired matrix's \(count)")
  }

  /// A copy of the elements in row-major order.
  public var elements: [Float] {
    (0..<depth).flatMap { k in
      (0..<columns).map { j in
        BFloat16(bitPattern: base[k / 2 * stride + 2 * j + k % 2]).float
      }
    }
  }
}

/// The second factor of a product, such as the weights of a layer.
public enum Weights {
  /// A matrix in fp32.
  case floats(Matrix)
  /// A matrix in bf16.
  case pairs(PairedMatrix)

  /// The number of rows.
  var depth: Int {
    switch self {
    case .floats(let matrix): matrix.rows
    case .pairs(let matrix): matrix.depth
    }
  }

  /// The number of columns.
  var columns: Int {
    switch self {
    case .floats(let matrix): matrix.columns
    case .pairs(let matrix): matrix.columns
    }
  }

  /// The format of the numbers.
  var precision: Precision {
    switch self {
    case .floats: .fp32
    case .pairs: .bf16
    }
  }
}
