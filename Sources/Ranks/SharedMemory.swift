package import Kernels
package import MPI

/// Numbers that all ranks of a node see, on 64 bytes: a shared window, or a buffer where a rank is
/// alone.
package struct SharedMemory<Element: Datatype & Numeric>: ~Copyable {
  private let buffer: Buffer<Element>?
  private var window: SharedWindow<Element>?

  /// Allocates `count` zeros, which lie in the part of rank zero of `group`, ranks of one node;
  /// collective over `world`.
  ///
  /// - Throws: on all ranks, where a node has no room for its windows.
  package init(
    count: Int, on group: borrowing Communicator, among world: borrowing Communicator
  ) throws {
    let isShared = group.size > 1
    let own = isShared && group.rank == 0 ? count : 0
    try SharedMemoryRoom.require(own * MemoryLayout<Element>.stride, among: world)
    window = isShared ? try SharedWindow<Element>(count: own, on: group) : nil
    buffer = isShared ? nil : Buffer<Element>(repeating: 0, count: count)
  }

  /// Waits for all ranks of `group`: what any of them wrote before, every one sees after.
  /// Collective.
  package mutating func synchronise(_ group: borrowing Communicator) throws {
    try window?.barrier(on: group)
  }

  /// Of two ranks, one calls this and sends a message, the other receives it and calls this: it
  /// then sees what the first wrote before.
  package mutating func sync() throws { try window?.memoryBarrier() }

  /// Gives the memory back; collective. No view may be used any more.
  package consuming func free() throws {
    try window?.free()
  }

  /// What `own` or `shared` makes of the memory, whichever kind it is.
  private func view<View>(
    _ own: (borrowing Buffer<Element>) -> View,
    _ shared: (UnsafeMutableBufferPointer<Element>) -> View
  ) -> View {
    switch buffer {
    case .some(let buffer): return own(buffer)
    case .none: break
    }
    switch window {
    case .some(let window): return window.withUnsafeMutableBufferPointer(ofRank: 0, shared)
    case .none: fatalError("there is a buffer or a window")
    }
  }
}

extension SharedMemory<Float> {
  /// All floats; the view must not outlive the memory.
  package var vector: Vector { view({ $0.vector }, { Vector($0) }) }
}

extension SharedMemory<UInt8> {
  /// All bytes; the view must not outlive the memory.
  var bytes: Bytes { view({ $0.bytes }, { Bytes($0) }) }
}
