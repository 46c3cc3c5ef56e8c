internal import CProducts

/// A non-owning view of a matrix (depth, columns) in bf16, as instructions read the second factor of a
/// product: pairs of rows side by side. `CProductsBF16.h` describes the layout.
///
/// Whoever makes a view keeps the memory alive.
public struct PairedMatrix {
  let base: UnsafeMutablePointer<UInt16>

  /// The number of rows, the inner dimension of products.
  public let depth: Int

  /// The number of columns.
  public let columns: Int

  /// The numbers in bf16 between rows of pairs.
  var stride: Int { CProducts_paired_row(columns) }

  /// The floats in whose place a matrix of this shape lies.
  public static func floats(depth: Int, columns: Int) -> Int {
    CProducts_paired_count(depth, columns) / 2
  }

  /// Takes the memory of `floats`, as many as ``floats(depth:columns:)``, on 64 bytes and zero but for
  /// what views of this shape have written there.
  public init(inPlaceOf floats: Vector, depth: Int, columns: Int) {
    let count = Self.floats(depth: depth, columns: columns)
    require(floats.count == count, "\(floats.count) floats for pairs that take \(count)")
    base = UnsafeMutableRawPointer(floats.base).bindMemory(to: UInt16.self, capacity: 2 * count)
    self.depth = depth
    self.columns = columns
  }

  /// Rounds `values` (rows.count, columns), row-major, to these rows of the matrix. Others may
  /// meanwhile round other rows.
  public func round(rows: Range<Int>, from values: Matrix) {
    values.requireRowMajor(rows.count, columns, "values")
    requireRange(rows, depth)
    CProducts_pair_rows(values.base, values.rowStride, rows.lowerBound, rows.count, columns, base)
  }

  /// Rounds `values` (range.count, depth), row-major, to these columns of the matrix. Others may
  /// meanwhile round other columns.
  public func round(columns range: Range<Int>, from values: Matrix) {
    values.requireRowMajor(range.count, depth, "values")
    requireRange(range, columns)
    CProducts_pair_columns(
      values.base, values.rowStride, range.lowerBound, range.count, columns, depth, base)
  }

  private func requireRange(_ range: Range<Int>, _ count: Int) {
    require(range.lowerBound >= 0 && range.upperBound <= count, "\(range) outside of \(count)")
  }

  /// The elements in row-major order, copied.
  public var elements: [Float] {
    (0..<depth).flatMap { k in
      (0..<columns).map { j in
        BFloat16(bitPattern: base[k / 2 * stride + 2 * j + k % 2]).float
      }
    }
  }
}

/// The second factor of a product, which a layer's weights are.
public enum Weights {
  /// Floats, as they lie in memory.
  case floats(Matrix)
  /// Numbers in bf16.
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
