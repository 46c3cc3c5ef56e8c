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

  /// Makes a view of `memory`, which has another owner, such as a window shared between processes.
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
