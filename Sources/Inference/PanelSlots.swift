internal import Kernels
internal import MPI
internal import Ranks

/// Memory on rank zero's node in which the other ranks of that node leave the blocks that they
/// compute: rank zero reads them where they are, and what is sent is only that they are there.
final class PanelSlots {
  /// Whether a rank of the job leaves its blocks in slots; one that does not sends them.
  let areUsed: [Bool]

  private let size: Int
  private let floats: Vector
  private var memory: SharedMemory<Float>?

  /// Allocates `count` slots of `size` floats, if any rank uses them; collective.
  ///
  /// - Throws: on all ranks, where rank zero's node has no room for them.
  init(_ count: Int, of size: Int, among communicator: borrowing Communicator) throws {
    let node = try communicator.splitShared(key: communicator.rank)
    let leader = Int(try node.broadcast(Int64(communicator.rank), from: 0))
    try node.free()
    areUsed = try communicator.allGather(Int64(leader)).enumerated().map { $0 > 0 && $1 == 0 }
    // Of the other nodes each rank is alone, and has none.
    let group = try communicator.split(color: leader == 0 ? 0 : communicator.rank)!
    let memory = try SharedMemory<Float>(
      count: group.size > 1 ? count * size : 0, on: group, among: communicator)
    try group.free()
    self.size = size
    floats = memory.vector
    self.memory = consume memory
  }

  /// The floats of `slot`, until ``free()``.
  subscript(slot: Int) -> Vector { floats[slot * size..<(slot + 1) * size] }

  /// Called before a message is sent and after one was received: the receiver then sees in slots
  /// what the sender wrote.
  func sync() throws { try memory?.sync() }

  /// Gives the memory back; collective.
  func free() throws {
    if let memory = memory.take() { try memory.free() }
  }
}
