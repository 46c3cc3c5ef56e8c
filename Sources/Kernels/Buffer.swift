internal import Glibc

/// A fixed number of elements in memory that starts on 64 bytes and is freed with the buffer.
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
    // would call the Swift runtime for each of them, memset does not.
    let isZero = withUnsafeBytes(of: value) { $0.allSatisfy { $0 == 0 } }
    if isZero {
      memset(base, 0, count * MemoryLayout<Element>.stride)
    } else {
      base.initialize(repeating: value, count: count)
    }
    self.count = count
  }

  deinit { base.deallocate() }

  // The two spans need the language feature `Lifetimes`: it declares that a span of memory behind a
  // pointer lives as long as the buffer.

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
