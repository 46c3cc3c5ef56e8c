package import MPI
internal import Platform

/// What memory this machine has left.
package enum MachineMemory {
  /// The bytes that can be had without swapping, on the machine and within its control groups; nil
  /// where the system does not tell.
  ///
  /// proc(5), "/proc/meminfo": `MemAvailable`, in KiB. `root` stands before every path, for tests.
  package static func available(root: String = "") -> Int? {
    let text = (try? FileSystem.read("\(root)/proc/meminfo")) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
    let words = line?.split(separator: " ") ?? []
    let machine = words.count > 1 ? Int(words[1]).map { $0 << 10 } : nil
    return [machine, ControlGroup(root: root).memoryLeft].compactMap(\.self).min()
  }

  /// Makes sure that the ranks of each node, of which this one needs `bytes`, can have what they
  /// need together, beyond which the system ends processes without a word; and each of them what it
  /// sees, with `shared` bytes of what others have. Collective.
  ///
  /// - Throws: on all ranks, `Failure` with `unavailable`.
  package static func require(
    _ bytes: Int, sharing shared: Int = 0, for purpose: String, advice: String,
    among world: borrowing Communicator
  ) throws {
    let node = try world.splitShared(key: world.rank)
    let sum = Int(try node.allReduce(Int64(bytes), .sum))
    let ranks = node.size
    try node.free()
    try world.together {
      try ProcessLimit.require(bytes + shared, for: purpose)
      try require(sum, ranks: ranks, for: purpose, advice: advice)
    }
  }

  /// Makes sure that `ranks` ranks of this node can have `bytes` together; where it is one, that its
  /// process can.
  ///
  /// - Throws: `Failure` with `unavailable`.
  package static func require(
    _ bytes: Int, ranks: Int = 1, for purpose: String, advice: String, root: String = ""
  ) throws {
    if ranks == 1 { try ProcessLimit.require(bytes, for: purpose, root: root) }
    guard let available = available(root: root), bytes > available else { return }
    let whose = ranks == 1 ? "this machine has" : "the machine of these \(ranks) ranks has"
    throw Failure(
      .unavailable,
      "\(purpose) needs \(bytes >> 20) MiB where \(whose) \(available >> 20) MiB left: \(advice)")
  }
}
