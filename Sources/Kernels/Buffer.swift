internal import Glibc

/// A fixed number of elements on a 64-byte boundary, owned by one place and freed with it.
///
/// Memory never moves while the buffer lives, so views of it and pending operations on it stay
/// valid. Making one costs O(`count`): every element is written, by the thread that will use it.
public struct Buffer<Element: BitwiseCopyable>: ~Copyable {
  /// The boundary, in bytes, on which the first element lies: a cache line.
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
    // Outside of this module the element's type is known at run time only: a loop over elements is
    // then a call of the runtime for each.
    let isZero = withUnsafeBytes(of: value) { $0.allSatisfy { $0 == 0 } }
    if isZero {
      memset(base, 0, count * MemoryLayout<Element>.stride)
    } else {
      base.initialize(repeating: value, count: count)
    }
    self.count = count
  }

  deinit { base.deallocate() }

  // The two spans are why this module needs the feature `Lifetimes`: their lifetime is that of
  // the buffer, which cannot be said otherwise for storage behind a pointer of our own.

  /// The elements, to read.
  public var span: Span<Element> {
    @_lifetime(borrow self)
    borrowing get {
      let span = unsafe Span(_unsafeStart: base, count: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The elements, to read and write.
  public var mutableSpan: MutableSpan<Element> {
    @_lifetime(&self)
    mutating get {
      let span = unsafe MutableSpan(_unsafeStart: base, count: count)
      return unsafe _overrideLifetime(span, mutating: &self)
    }
  }
}

extension Buffer where Element == Float {
  /// A view of all elements; it must not outlive the buffer.
  public var vector: Vector { Vector(base: base, count: count) }
}
