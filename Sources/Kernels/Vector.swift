/// A non-owning view of consecutive floats, in a ``Buffer`` or in memory shared between ranks.
///
/// The memory must outlive the view. Ranges are checked in every build.
public struct Vector {
  let base: UnsafeMutablePointer<Float>

  /// The number of floats.
  public let count: Int

  init(base: UnsafeMutablePointer<Float>, count: Int) {
    self.base = base
    self.count = count
  }

  /// Makes a view of `memory`, which has another owner, such as a window shared between processes,
  /// and an address that is not nil.
  public init(_ memory: UnsafeMutableBufferPointer<Float>) {
    guard let base = memory.baseAddress else { fatalError("a view needs memory to look at") }
    self.init(base: base, count: memory.count)
  }

  /// The element at `index`.
  public subscript(index: Int) -> Float {
    get {
      require(index >= 0 && index < count, "index \(index) outside of a vector of \(count)")
      return base[index]
    }
    nonmutating set {
      require(index >= 0 && index < count, "index \(index) outside of a vector of \(count)")
      base[index] = newValue
    }
  }

  /// The part of the view in `range`.
  public subscript(range: Range<Int>) -> Vector {
    require(
      range.lowerBound >= 0 && range.upperBound <= count,
      "range \(range) outside of a vector of \(count)")
    return Vector(base: base + range.lowerBound, count: range.count)
  }

  /// The floats from `offset` on as a row-major matrix with rows `stride` floats apart; by default,
  /// rows without gaps.
  public func matrix(at offset: Int = 0, rows: Int, columns: Int, stride: Int? = nil) -> Matrix {
    let layout = MatrixLayout(
      at: offset, rows: rows, columns: columns, stride: stride ?? columns, within: count)
    return Matrix(base: base + offset, layout: layout)
  }

  /// Sets every element to `value`.
  public func fill(_ value: Float) {
    base.update(repeating: value, count: count)
  }

  /// Multiplies every element by `factor`.
  public func multiply(by factor: Float) {
    for index in 0..<count { base[index] *= factor }
  }

  /// Copies the floats of `source`, which has the same count.
  public func copy(from source: Vector) {
    require(source.count == count, "copying \(source.count) floats into \(count)")
    base.update(from: source.base, count: count)
  }

  /// Calls `body` with the floats, for functions that take spans.
  public func withMutableSpan<Result, Failure: Error>(
    _ body: (inout MutableSpan<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var span = unsafe MutableSpan(_unsafeStart: base, count: count)
    return try body(&span)
  }
}

extension Vector {
  /// Adds to each element the element of `other` with the same index.
  public func add(_ other: Vector) {
    require(other.count == count, "adding \(other.count) floats to \(count)")
    let (sum, term) = (base, other.base)
    for i in 0..<count { sum[i] += term[i] }
  }

  /// The sum of the squares of all elements. Within blocks of 1,024 elements floats are added up,
  /// and the sums of blocks as doubles. The order of additions depends on the count of elements
  /// alone.
  public var sumOfSquares: Double {
    let (block, lanes) = (1024, 16)
    var sum = 0.0
    for start in stride(from: 0, to: count, by: block) {
      let end = min(start + block, count)
      var sums = SIMD16<Float>()
      for index in stride(from: start, to: end, by: lanes) {
        if index + lanes <= end {
          let elements = UnsafeRawPointer(base + index).loadUnaligned(as: SIMD16<Float>.self)
          sums += elements * elements
        } else {
          for rest in index..<end { sums[rest - index] += base[rest] * base[rest] }
        }
      }
      for lane in 0..<lanes { sum += Double(sums[lane]) }
    }
    return sum
  }
}

extension Span<Float> {
  /// Whether every float is finite.
  ///
  /// A float is finite if its bit pattern without the sign is less than that of infinity, so the
  /// largest pattern decides. A maximum of integers may be taken in any order, unlike a sum of
  /// floats, so the loop vectorises.
  public var isFinite: Bool {
    let sign: UInt32 = 1 << 31
    var largest: UInt32 = 0
    for index in indices { largest = Swift.max(largest, self[index].bitPattern & ~sign) }
    return largest < Float.infinity.bitPattern
  }
}

extension Vector {
  /// Whether every float is finite.
  public var isFinite: Bool { withMutableSpan { $0.span.isFinite } }
}

/// Sets row i of `marks` (n, 1) to NaN if row i of `values` (n, columns) has a number that is not
/// finite. Other rows of `marks` stay as they are.
public func markNotFinite(_ marks: Matrix, where values: Matrix) {
  values.requireRowMajor("values", rows: marks.rows, columns: values.columns)
  for row in 0..<values.rows {
    let x = values.row(row)
    // x − x is 0 for a finite number and NaN for any other; NaN survives the sum.
    var sum: Float = 0
    for column in 0..<values.columns { sum += x[column] - x[column] }
    if sum != 0 { marks[row, 0] = .nan }
  }
}
