internal import Kernels
internal import MPI
internal import Ranks

/// The floats that all ranks of a team see.
struct TeamMemory: ~Copyable {
  /// All floats.
  let vector: Vector

  private var memory: SharedMemory<Float>

  /// Allocates `count` zeros, which lie in the leader's part of the window; collective over
  /// `world`.
  ///
  /// - Throws: on all ranks, where a node has no room for them.
  init(count: Int, _ team: borrowing Team, among world: borrowing Communicator) throws {
    let memory = try SharedMemory<Float>(count: count, on: team.communicator, among: world)
    vector = memory.vector
    self.memory = consume memory
  }

  /// Waits for the team: what any rank wrote before, every rank sees after. Collective.
  mutating func synchronise(_ team: borrowing Team) throws {
    try memory.barrier(on: team.communicator)
  }

  /// Gives the memory back; collective.
  consuming func free() throws { try memory.free() }
}
