/// Memory that stays where it is: what an operation under way can be trusted with.
///
/// An array's elements may move whenever the array is touched, a span's owner may go away; the
/// memory of this buffer is allocated once and freed with it. A non-blocking operation takes the
/// buffer over, its ``Request`` owns it, and `wait()` hands it back: while MPI may read or write
/// the elements, no one else can reach them.
public struct MessageBuffer<Element: Datatype>: ~Copyable {
  private let elements: UnsafeMutableBufferPointer<Element>

  /// Makes a buffer of `count` elements, all equal, beginning on a cache line (64 bytes).
  public init(repeating value: Element, count: Int) {
    elements = Self.allocate(count)
    elements.initialize(repeating: value)
  }

  /// Makes a buffer with the elements of a span, beginning on a cache line (64 bytes).
  public init(copying values: Span<Element>) {
    elements = Self.allocate(values.count)
    for index in values.indices { elements.initializeElement(at: index, to: values[index]) }
  }

  private static func allocate(_ count: Int) -> UnsafeMutableBufferPointer<Element> {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: count * MemoryLayout<Element>.stride, alignment: 64)
    return UnsafeMutableBufferPointer(
      start: memory.bindMemory(to: Element.self, capacity: count), count: count)
  }

  deinit { elements.deallocate() }

  /// The number of elements.
  public var count: Int { elements.count }

  /// The elements, to read.
  public var span: Span<Element> {
    // `Lifetimes`: the span points into this buffer's memory, and the compiler can know that the
    // buffer must outlive it only if told here.
    @_lifetime(borrow self)
    get { _overrideLifetime(elements.span, borrowing: self) }
  }

  /// The elements, to read and write.
  public var mutableSpan: MutableSpan<Element> {
    // `Lifetimes`: as above, and no one else may reach the elements meanwhile.
    @_lifetime(&self)
    mutating get { _overrideLifetime(elements.mutableSpan, mutating: &self) }
  }

  /// Where the elements are, for a call that this buffer is handed over to.
  var baseAddress: UnsafeMutablePointer<Element>? { elements.baseAddress }

  /// Takes back memory that ``release()`` gave out.
  init(adopting elements: UnsafeMutableBufferPointer<Element>) { self.elements = elements }

  /// Gives out the memory, which is no longer freed here.
  consuming func release() -> UnsafeMutableBufferPointer<Element> {
    let elements = elements
    discard self
    return elements
  }
}
