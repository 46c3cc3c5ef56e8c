internal import Kernels
internal import MPI

/// Memory for a block of panels: computed here, or on its way between ranks.
///
/// Where both ranks see the memory, as it is a slot, the message that brings the block is an empty
/// one.
final class PanelBlock {
  /// All floats; whoever computes them does so while nothing is under way.
  let floats: Vector

  /// The number of the slot; nil for memory of this rank's own.
  let slot: Int?

  private var buffer: MessageBuffer<Float>?
  private var request: Request<Float>?

  /// Whether the floats are those of a block that is complete and has not been handed on.
  private(set) var isReady = false

  /// Allocates `count` floats.
  init(count: Int) {
    var buffer = MessageBuffer<Float>(repeating: 0, count: count)
    // A message buffer's memory stays where it is, also while a request owns it.
    var span = buffer.mutableSpan
    floats = span.withUnsafeMutableBufferPointer { Vector($0) }
    self.buffer = consume buffer
    slot = nil
  }

  /// Has the block in `slot`, with its `floats`.
  init(slot: Int, _ floats: Vector) {
    self.slot = slot
    self.floats = floats
    buffer = MessageBuffer<Float>(repeating: 0, count: 0)
  }

  /// Begins to send the block to rank zero.
  func send(over communicator: borrowing Communicator) throws {
    request = try communicator.startSend(buffer.take()!, to: 0)
  }

  /// Begins to receive the block from `rank`.
  func receive(from rank: Int, over communicator: borrowing Communicator) throws {
    request = try communicator.startReceive(into: buffer.take()!, from: rank)
  }

  /// Whether what is under way has ended, and ``complete()`` will return at once.
  func hasArrived() throws -> Bool { try request?.test() ?? true }

  /// Waits for what is under way, if anything is, and has its floats ready.
  func complete() throws {
    if let request = request.take() { buffer = try request.wait() }
    isReady = true
  }

  /// Gives the first `count` floats to `receive`; the memory may then be used again.
  func hand(_ count: Int, to receive: (Span<Float>) throws -> Void) throws {
    isReady = false
    try floats[0..<count].withMutableSpan { try receive($0.span) }
  }
}
