internal import Glibc

/// A fixed number of elements in memory that is aligned to 64 bytes and freed with the buffer.
///
/// A buffer has one owner and its memory never moves, so views of it, and operations of MPI that
/// are still pending, stay valid while it lives. Making a buffer writes every element, in
/// O(`count`). The thread that will use a buffer should make it, so that the memory is near its
/// core.
public struct Buffer<Element: BitwiseCopyable>: ~Copyable {
  /// The alignment of the first element in bytes: that of a cache line.
  public static var alignment: Int { 64 }

  /// The number of elements.
  public let count: Int

  let base: UnsafeMutablePointer<Element>

  /// Allocates `count` elements and sets each to `value`.
  public init(repeating value: Element, count: Int) {
    require(count >= 0, "a buffer cannot hold \(count) elements")
    let (bytes, overflow) = max(count, 1)
      .multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    require(!overflow, "a buffer of \(count) elements exceeds the address space")
    base = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: Self.alignment)
      .bindMemory(to: Element.self, capacity: max(count, 1))
    // For callers in other modules this initializer is not specialized: a loop over the elements
    // would call the Swift runtime for each element; `memset` does not.
    let isZero = withUnsafeBytes(of: value) { $0.allSatisfy { $0 == 0 } }
    if isZero {
      memset(base, 0, count * MemoryLayout<Element>.stride)
    } else {
      base.initialize(repeating: value, count: count)
    }
    self.count = count
  }

  deinit { base.deallocate() }

  // The two spans need the language feature `Lifetimes`: its attributes declare that a span of
  // memory behind a pointer must not outlive the buffer.

  /// The elements, for reading.
  public var span: Span<Element> {
    @_lifetime(borrow self)
    borrowing get {
      let span = unsafe Span(_unsafeStart: base, count: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The elements, for reading and writing.
  public var mutableSpan: MutableSpan<Element> {
    @_lifetime(&self)
    mutating get {
      let span = unsafe MutableSpan(_unsafeStart: base, count: count)
      return unsafe _overrideLifetime(span, mutating: &self)
    }
  }
}

extension Buffer where Element == Float {
  /// A view of all elements. It must not outlive the buffer.
  public var vector: Vector { Vector(base: base, count: count) }
}

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

  /// Makes a view of `memory`, which has another owner, such as a window shared between processes,
  /// and an address that is not nil.
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

  /// The sums of the columns of a matrix of bytes, whose rows have `columns` elements each and lie one after
  /// another.
  public func columnSums(_ columns: Int) -> [Int] {
    var sums = [Int](repeating: 0, count: columns)
    for start in stride(from: 0, to: count - count % columns, by: columns) {
      for column in 0..<columns { sums[column] += Int(base[start + column]) }
    }
    return sums
  }

  /// The sum of all bytes.
  public var sum: Int {
    var sum = 0
    for index in 0..<count { sum += Int(base[index]) }
    return sum
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

/// Converts images from bytes 0…255 to floats 0…1: the image with index `images[n]` becomes row n
/// of `matrix`, and is rounded into row n of `operand`.
///
/// `bytes` holds the images one after another, each of `matrix.columns` pixels. `matrix` and
/// `operand` are (images.count, pixels). A pixel is divided by 255, not multiplied by 1/255, so
/// that the floats are those of PyTorch's `ToTensor`.
public func fillPixels(
  _ matrix: Matrix, as operand: Operand, from bytes: borrowing Span<UInt8>,
  images: borrowing Span<UInt32>
) {
  operand.requireView(of: matrix)
  matrix.requireRowMajor("pixels", rows: images.count, columns: matrix.columns)
  let pixels = matrix.columns
  bytes.withUnsafeBufferPointer { source in
    for row in 0..<matrix.rows {
      let offset = Int(images[row]) * pixels
      require(offset + pixels <= source.count, "image \(images[row]) is not among the bytes")
      let (target, image) = (matrix.row(row), source.baseAddress! + offset)
      for pixel in 0..<pixels { target[pixel] = Float(image[pixel]) / 255 }
      operand.roundRow(row, from: matrix)
    }
  }
}
