internal import Glibc
internal import MPI
internal import Platform

/// Room for files that ranks share as memory: libraries keep shared windows in files below
/// /dev/shm, which containers limit to 64 MiB.
package struct SharedMemoryRoom: Codable, Equatable {
  /// Where windows are kept by default.
  package static let defaultDirectory = "/dev/shm"

  /// The directory.
  package var directory: String

  /// The bytes that are free.
  package var free: Int

  /// The bytes that there are in all.
  package var size: Int
}

extension SharedMemoryRoom {
  /// Looks at `directory`; nil where there is none: `statvfs`.
  package init?(_ directory: String = defaultDirectory) {
    var status = statvfs()
    guard statvfs(directory, &status) == 0 else { return nil }
    self.directory = directory
    free = Int(status.f_bavail) * Int(status.f_frsize)
    size = Int(status.f_blocks) * Int(status.f_frsize)
  }

  /// Whether windows of `bytes` fit, with some to spare for the library's own.
  package func holds(_ bytes: Int) -> Bool { free >= bytes + 1 << 20 }
}

extension SharedMemoryRoom {
  /// Makes sure that there is room for the windows of each node, of which this rank makes `bytes`,
  /// beside what the library may still take: more would be a bus error. Collective.
  ///
  /// - Throws: on all ranks, `Failure` with `unavailable`.
  static func require(_ bytes: Int, among world: borrowing Communicator) throws {
    let node = try world.splitShared(key: world.rank)
    let windows = Int(try node.allReduce(Int64(bytes), .sum))
    let (ranks, isLeader) = (node.size, node.rank == 0)
    try node.free()
    try world.together {
      // The library keeps a window where its first rank's setting says. To ask it takes 0.2 s,
      // since it opens all of its parts for that; the environment is at hand, and mostly shows
      // plenty.
      guard isLeader, windows > 0 else { return }
      let told = SharedMemoryRoom(WindowDirectory.inEnvironment ?? defaultDirectory)
      if let told, told.holds(windows + WindowDirectory.enough) { return }
      let setting = try World.setting(WindowDirectory.setting)
      guard let room = SharedMemoryRoom(setting ?? defaultDirectory) else { return }
      let need = windows + ranks * (try segmentSize(in: room.directory))
      guard !room.holds(need) else { return }
      throw Failure(.unavailable, room.sentence(ranks: ranks, need: need, canMove: setting != nil))
    }
  }

  /// What is wrong where `ranks` ranks of this node need `need` bytes more, and what to do about
  /// it.
  func sentence(ranks: Int, need: Int, canMove: Bool) -> String {
    let other =
      canMove ? ", or name a directory with more room in \(WindowDirectory.variable)" : ""
    return
      "\(directory) of \(HostName.own) has room for \(free >> 20) MiB where its \(ranks) ranks "
      + "need to share \((need >> 20) + 1) MiB more: make it larger (containers: --shm-size 1g)"
      + other
  }

  /// The bytes that messages of a rank may come to take in `directory`: Open MPI makes a file for
  /// each rank, whose pages count as free until they are used.
  private static func segmentSize(in directory: String) throws -> Int {
    guard let other = try World.setting("btl_vader_backing_directory"),
      let size = try World.setting("btl_vader_segment_size").flatMap({ Int($0) }),
      let device = FileSystem.device(of: directory), device == FileSystem.device(of: other)
    else { return 0 }
    return size
  }
}
