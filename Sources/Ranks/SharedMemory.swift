package import Kernels
package import MPI

/// Numbers that all ranks of a communicator see, aligned to 64 bytes: a shared window, or a buffer where the
/// communicator has one rank.
package struct SharedMemory<Element: Datatype & Numeric>: ~Copyable {
  private let buffer: Buffer<Element>?
  private var window: SharedWindow<Element>?

  /// Allocates `count` zeros for the ranks of the communicator `group`, which are of one node; rank 0 of
  /// `group` owns the memory. Collective over `world`.
  ///
  /// - Throws: on all ranks, `SharedFailure` with `unavailable` where a node has no room for its windows.
  package init(
    count: Int, on group: borrowing Communicator, among world: borrowing Communicator
  ) throws {
    let isShared = group.size > 1
    let own = isShared && group.rank == 0 ? count : 0
    try SharedMemoryRoom.require(own * MemoryLayout<Element>.stride, among: world)
    window = isShared ? try SharedWindow<Element>(count: own, on: group) : nil
    buffer = isShared ? nil : Buffer<Element>(repeating: 0, count: count)
  }

  /// Waits until all ranks of `group` have called this: afterwards each sees what any of them wrote before.
  /// Collective over `group`, with which the memory was made.
  package mutating func barrier(on group: borrowing Communicator) throws {
    try window?.barrier(on: group)
  }

  /// Orders memory around a message, without waiting: one rank calls this and sends a message, another
  /// receives the message and calls this. The second then sees what the first wrote before.
  package mutating func memoryBarrier() throws { try window?.memoryBarrier() }

  /// Frees the memory; collective over the ranks that see it. Views of the memory must not be used
  /// afterwards.
  package consuming func free() throws {
    try window?.free()
  }

  /// The view that `own` makes of a buffer, or `shared` of a window.
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
