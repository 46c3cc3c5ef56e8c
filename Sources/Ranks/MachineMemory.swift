package import MPI
package import Platform

/// The memory that this machine has left.
package enum MachineMemory {
  /// The bytes that can be allocated without swapping, on the machine and within the control groups of this
  /// process; nil where the system tells neither.
  ///
  /// proc(5), "/proc/meminfo": `MemAvailable`, in KiB. `root` is put before every path, for tests.
  package static func available(root: String = "") -> Int? {
    let text = (try? FileSystem.read("\(root)/proc/meminfo")) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
    let words = line?.split(separator: " ") ?? []
    let machine = words.count > 1 ? Int(words[1]).map { $0 << 10 } : nil
    return [machine, ControlGroup(root: root).memoryLeft].compactMap(\.self).min()
  }

  /// Makes sure that each node has the memory that its ranks need together, since the system kills processes
  /// that take more; and that the limits of each rank's process allow that rank's part. Collective.
  ///
  /// - Parameters:
  ///   - bytes: the bytes that this rank allocates.
  ///   - shared: the bytes that other ranks allocate and this rank sees: they count towards the limits of
  ///     this process.
  ///   - purpose: the subject of an error's sentence, as in "training this model".
  ///   - advice: how to need less, for the error.
  ///   - world: the ranks.
  /// - Throws: on all ranks, `SharedFailure` with `unavailable`.
  package static func require(
    _ bytes: Int, sharing shared: Int = 0, for purpose: String, advice: Sentence,
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

  /// Makes sure that `ranks` ranks of this node can allocate `bytes` together; where `ranks` is 1, also that
  /// the limits of this process allow it. Not collective.
  ///
  /// - Throws: `Failure` with `unavailable`.
  package static func require(
    _ bytes: Int, ranks: Int = 1, for purpose: String, advice: Sentence, root: String = ""
  ) throws {
    if ranks == 1 { try ProcessLimit.require(bytes, for: purpose, root: root) }
    guard let available = available(root: root), bytes > available else { return }
    let whose = ranks == 1 ? "this machine has" : "the machine of these \(ranks) ranks has"
    throw Failure(
      .unavailable,
      "\(purpose) needs \(bytes >> 20) MiB where \(whose) \(available >> 20) MiB left: \(advice)")
  }
}
