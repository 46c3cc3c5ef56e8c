internal import CZlib

/// zlib's inflater, for gzip data one member at a time.
///
/// Formats: RFC 1951 (deflate), RFC 1952 (gzip). zlib checks the length and CRC-32 of a member of gzip
/// data.
struct Inflater: ~Copyable {
  /// What the compressed data lie in.
  enum Wrapping {
    /// gzip's header and trailer.
    case gzip
    /// Nothing, as in archives.
    case none
  }

  /// What one call of `inflate(_:into:)` did.
  struct Step {
    enum State: Equatable {
      case within
      case endOfMember
      case damaged(String)
    }
    var consumed: Int
    var produced: Int
    var state: State
  }

  /// The largest number of bytes that one byte of deflate data can stand for.
  ///
  /// A match of 258 bytes takes two bits at least, so a byte holds at most four matches:
  /// https://zlib.net/zlib_tech.html.
  static let largestRatio = 1032

  /// On the heap, because zlib keeps the address of the stream that it was given first.
  private let stream: UnsafeMutablePointer<z_stream>

  init(_ wrapping: Wrapping) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // With fixed arguments the call can fail only for want of memory or of a matching library.
    let status =
      switch wrapping {
      case .gzip: CZlib_inflateInitGzip(stream)
      case .none: CZlib_inflateInitRaw(stream)
      }
    precondition(status == Z_OK, "zlib cannot start: \(status)")
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Prepares for another member.
  mutating func reset() { inflateReset(stream) }

  /// Inflates as much of `input` as fits into `output`: `inflate`. Neither may be empty.
  mutating func inflate(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) -> Step {
    let available = (input: uInt(clamping: input.count), output: uInt(clamping: output.count))
    stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: Bytef.self)
    stream.pointee.avail_in = available.input
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: Bytef.self)
    stream.pointee.avail_out = available.output
    let status = CZlib.inflate(stream, Z_NO_FLUSH)
    return Step(
      consumed: Int(available.input - stream.pointee.avail_in),
      produced: Int(available.output - stream.pointee.avail_out), state: state(after: status))
  }

  private func state(after status: CInt) -> Step.State {
    switch status {
    case Z_OK: .within
    case Z_STREAM_END: .endOfMember
    default: .damaged(stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)")
    }
  }
}
