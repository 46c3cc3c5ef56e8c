internal import Kernels
internal import MPI
internal import Ranks

/// The message in which rank zero tells another rank to compute a block.
struct BlockOrder {
  /// The index of the block.
  let block: Int

  /// The index of the slot of ``BlockSlots`` in which to leave the block; nil if the block is to be sent.
  let slot: Int?

  /// The value that stands for "no slot" and for "no more blocks".
  private static let none: Int64 = -1

  /// Sends the order to `rank`.
  func send(to rank: Int, over communicator: borrowing Communicator) throws {
    try communicator.send([Int64(block), slot.map { Int64($0) } ?? Self.none].span, to: rank)
  }

  /// Tells `rank` that no more orders will come.
  static func sendEnd(to rank: Int, over communicator: borrowing Communicator) throws {
    try communicator.send([none, none].span, to: rank)
  }

  /// Waits for the next order from rank zero; nil when no more will come.
  static func receive(over communicator: borrowing Communicator) throws -> BlockOrder? {
    var numbers = [none, none]
    var span = numbers.mutableSpan
    try communicator.receive(&span, from: 0)
    guard numbers[0] != none else { return nil }
    return BlockOrder(
      block: Int(numbers[0]), slot: numbers[1] == none ? nil : Int(numbers[1]))
  }
}

/// Memory for one block on one rank, and the message that carries the block to rank zero.
///
/// If the memory is a slot, rank zero sees it, too; the message is then empty, and only says that
/// the block is complete.
final class BlockMemory {
  /// The block's floats. They may be written while no message is under way.
  let floats: Vector

  /// The index of the slot; nil for memory that this rank alone sees.
  let slot: Int?

  private var buffer: MessageBuffer<Float>?
  private var request: Request<Float>?

  /// On rank zero, whether the floats are those of a complete block that has not been handed on.
  private(set) var isReady = false

  /// Allocates `count` floats that this rank alone sees.
  init(count: Int) {
    var buffer = MessageBuffer<Float>(repeating: 0, count: count)
    // A message buffer's memory stays where it is, also while a request owns it.
    var span = buffer.mutableSpan
    floats = span.withUnsafeMutableBufferPointer { Vector($0) }
    self.buffer = consume buffer
    slot = nil
  }

  /// Uses `floats`, the memory of the slot with the index `slot`.
  init(slot: Int, _ floats: Vector) {
    self.slot = slot
    self.floats = floats
    buffer = MessageBuffer<Float>(repeating: 0, count: 0)
  }

  /// Begins to send the block to rank zero; no message may be under way.
  func send(over communicator: borrowing Communicator) throws {
    request = try communicator.startSend(buffer.take()!, to: 0)
  }

  /// Begins to receive the block from `rank`; no message may be under way.
  func receive(from rank: Int, over communicator: borrowing Communicator) throws {
    request = try communicator.startReceive(into: buffer.take()!, from: rank)
  }

  /// Whether no message is under way any more, so that ``complete()`` will return at once.
  func isMessageDone() throws -> Bool { try request?.test() ?? true }

  /// Waits for the message under way, if there is one; the block is then ready.
  func complete() throws {
    if let request = request.take() { buffer = try request.wait() }
    isReady = true
  }

  /// Gives the first `count` floats to `receive`; the memory may be used for another block afterwards.
  func handOn(_ count: Int, to receive: (Span<Float>) throws -> Void) throws {
    isReady = false
    try floats[0..<count].withMutableSpan { try receive($0.span) }
  }
}

/// Shared memory on rank zero's node, in which the other ranks of that node leave their blocks: rank
/// zero reads a block where it is.
final class BlockSlots {
  /// By rank of the job: whether it leaves its blocks in slots. Other ranks send their blocks; for rank
  /// zero, which does neither, this is false.
  let areUsed: [Bool]

  private let floatsPerSlot: Int
  private let floats: Vector
  private var memory: SharedMemory<Float>?

  /// Allocates `count` slots of `floatsPerSlot` floats, if any rank uses them; collective.
  ///
  /// - Throws: on all ranks, where rank zero's node has no room for the slots.
  init(_ count: Int, floatsPerSlot: Int, among communicator: borrowing Communicator) throws {
    let node = try communicator.splitShared(key: communicator.rank)
    let leader = Int(try node.broadcast(Int64(communicator.rank), from: 0))
    try node.free()
    areUsed = try communicator.allGather(Int64(leader)).enumerated().map { $0 > 0 && $1 == 0 }
    // Every rank of another node is in a group of its own, which has no slots.
    let group = try communicator.split(color: leader == 0 ? 0 : communicator.rank)!
    let memory = try SharedMemory<Float>(
      count: group.size > 1 ? count * floatsPerSlot : 0, on: group, among: communicator)
    try group.free()
    self.floatsPerSlot = floatsPerSlot
    floats = memory.vector
    self.memory = consume memory
  }

  /// The floats of `slot`, valid until ``free()``.
  subscript(slot: Int) -> Vector { floats[slot * floatsPerSlot..<(slot + 1) * floatsPerSlot] }

  /// Orders memory around a message: a rank calls this before it sends a message and after it has
  /// received one. The receiver then sees in the slots what the sender wrote there.
  func memoryBarrier() throws { try memory?.memoryBarrier() }

  /// Frees the memory; collective.
  func free() throws {
    if let memory = memory.take() { try memory.free() }
  }
}
