/// A non-owning view of consecutive bytes, in a ``Buffer`` or in memory shared between ranks.
///
/// The memory must outlive the view. Ranges are checked in every build.
public struct Bytes {
  private let base: UnsafeMutablePointer<UInt8>

  /// The number of bytes.
  public let count: Int

  private init(base: UnsafeMutablePointer<UInt8>, count: Int) {
    self.base = base
    self.count = count
  }

  /// Makes a view of `memory`, which has another owner, such as a window shared between processes.
  public init(_ memory: UnsafeMutableBufferPointer<UInt8>) {
    guard let base = memory.baseAddress else { fatalError("a view needs memory to look at") }
    self.init(base: base, count: memory.count)
  }

  /// The byte at `index`.
  public subscript(index: Int) -> UInt8 {
    require(index >= 0 && index < count, "index \(index) outside of \(count) bytes")
    return base[index]
  }

  /// The part of the view in `range`.
  public subscript(range: Range<Int>) -> Bytes {
    require(
      range.lowerBound >= 0 && range.upperBound <= count,
      "range \(range) outside of \(count) bytes")
    return Bytes(base: base + range.lowerBound, count: range.count)
  }

  /// The number of bytes that are zero.
  public var zeroCount: Int {
    var zeros = 0
    for index in 0..<count where base[index] == 0 { zeros += 1 }
    return zeros
  }

  /// A copy of the bytes.
  public var elements: [UInt8] { Array(UnsafeBufferPointer(start: base, count: count)) }

  /// Calls `body` with the bytes, for reading.
  public func withSpan<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(unsafe Span(_unsafeStart: base, count: count))
  }

  /// Calls `body` with the bytes, for reading and writing.
  public func withMutableSpan<Result, Failure: Error>(
    _ body: (inout MutableSpan<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var span = unsafe MutableSpan(_unsafeStart: base, count: count)
    return try body(&span)
  }
}

extension Buffer where Element == UInt8 {
  /// A view of all elements. It must not outlive the buffer.
  public var bytes: Bytes { Bytes(UnsafeMutableBufferPointer(start: base, count: count)) }
}
