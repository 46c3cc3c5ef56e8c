internal import Kernels
internal import MPI

/// Floats that all ranks of a team see, on 64 bytes: a shared window, or a buffer in a team of one.
struct TeamMemory: ~Copyable {
  /// All floats.
  let vector: Vector

  private let buffer: Buffer<Float>?
  private var window: SharedWindow<Float>?

  /// Allocates `count` zeros, which lie in the leader's part of the window; collective.
  ///
  /// - Throws: where shared memory has no room; using more than there is would be a bus error.
  init(count: Int, _ team: borrowing Team) throws {
    guard team.communicator.size > 1 else {
      let buffer = Buffer<Float>(repeating: 0, count: count)
      vector = buffer.vector
      self.buffer = consume buffer
      window = nil
      return
    }
    let isLeader = team.isLeader
    try team.communicator.together {
      if isLeader { try Self.requireRoom(count * MemoryLayout<Float>.stride) }
    }
    let window = try SharedWindow<Float>(
      count: isLeader ? count : 0, on: team.communicator)
    vector = window.withUnsafeMutableBufferPointer(ofRank: 0) { Vector($0) }
    self.window = consume window
    buffer = nil
  }

  /// Waits for the team: what any rank wrote before, every rank sees after. Collective.
  mutating func synchronise(_ team: borrowing Team) throws {
    try window?.synchronise(team.communicator)
  }

  /// Gives the memory back; collective.
  consuming func free() throws {
    try window?.free()
  }

  /// Using more of a window than there is room for would be a bus error.
  private static func requireRoom(_ bytes: Int) throws {
    guard let room = SharedMemoryRoom(), !room.holds(bytes) else { return }
    throw Failure(
      .unavailable,
      "\(room.directory) has room for \(room.free >> 20) MiB where the ranks of this node need to "
        + "share \((bytes >> 20) + 1) MiB: make it larger (containers: --shm-size), choose a "
        + "smaller --batch-size, or use --teams rank")
  }
}
