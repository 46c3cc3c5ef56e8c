/// Memory for a non-blocking operation, which stays at the same address until it is freed.
///
/// The elements of an array may move when the array is changed, and the owner of a span may end
/// before the operation does. This buffer is allocated once and freed by its `deinit`. An operation
/// consumes the buffer, its ``Request`` owns it, and ``Request/wait()`` returns it: while MPI may
/// read or write the elements, the program cannot.
///
///     var buffer = MessageBuffer<Float>(repeating: 1, count: 1000)
///     let request = try comm.startAllReduce(buffer, .sum)
///     buffer = try request.wait()
public struct MessageBuffer<Element: Datatype>: ~Copyable {
  private let elements: UnsafeMutableBufferPointer<Element>

  /// Makes a buffer of `count` elements, each of them `value`.
  ///
  /// The first element lies at the start of a cache line (64 bytes).
  public init(repeating value: Element, count: Int) {
    elements = Self.allocate(count)
    elements.initialize(repeating: value)
  }

  /// Makes a buffer with a copy of the elements of a span.
  ///
  /// The first element lies at the start of a cache line (64 bytes).
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

  /// The elements, for reading.
  public var span: Span<Element> {
    // `Lifetimes`: the span points into this buffer's memory. The compiler only knows that the
    // buffer must outlive the span because these two attributes say so.
    @_lifetime(borrow self)
    get { _overrideLifetime(elements.span, borrowing: self) }
  }

  /// The elements, for reading and writing.
  public var mutableSpan: MutableSpan<Element> {
    // `Lifetimes`: as for `span`; and while the mutable span exists, the buffer cannot be used
    // otherwise.
    @_lifetime(&self)
    mutating get { _overrideLifetime(elements.mutableSpan, mutating: &self) }
  }

  /// The address of the first element, for a C call; nil if there are no elements.
  var baseAddress: UnsafeMutablePointer<Element>? { elements.baseAddress }

  /// Takes over memory that ``release()`` returned.
  init(adopting elements: UnsafeMutableBufferPointer<Element>) { self.elements = elements }

  /// Returns the memory, which the caller must free or give to ``init(adopting:)``.
  consuming func release() -> UnsafeMutableBufferPointer<Element> {
    let elements = elements
    discard self
    return elements
  }
}
