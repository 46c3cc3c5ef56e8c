internal import Glibc
internal import MPI
internal import Platform

/// The room in the directory where an MPI library keeps shared windows as files: mostly /dev/shm, which
/// containers limit to 64 MiB by default.
package struct SharedMemoryRoom: Codable, Equatable {
  /// The directory in which MPI libraries keep shared windows by default.
  package static let defaultDirectory = "/dev/shm"

  /// The directory.
  package var directory: String

  /// The bytes that are free.
  package var free: Int

  /// The bytes of the file system, free or used.
  package var size: Int
}

extension SharedMemoryRoom {
  /// Asks `statvfs` about `directory`; nil where that fails, as for a directory that does not exist.
  package init?(_ directory: String = defaultDirectory) {
    var status = statvfs()
    guard statvfs(directory, &status) == 0 else { return nil }
    self.directory = directory
    free = Int(status.f_bavail) * Int(status.f_frsize)
    size = Int(status.f_blocks) * Int(status.f_frsize)
  }

  /// Whether windows of `bytes` fit, with 1 MiB to spare for the library's own files.
  package func holds(_ bytes: Int) -> Bool { free >= bytes + 1 << 20 }
}

extension SharedMemoryRoom {
  /// Makes sure that each node has room for its ranks' windows, `bytes` of them this rank's, and for the
  /// files that the library may still make: writing to a window without room is a bus error. Collective.
  ///
  /// - Throws: on all ranks, `SharedFailure` with `unavailable`.
  static func require(_ bytes: Int, among world: borrowing Communicator) throws {
    let node = try world.splitShared(key: world.rank)
    let windows = Int(try node.allReduce(Int64(bytes), .sum))
    let (ranks, isLeader) = (node.size, node.rank == 0)
    try node.free()
    try world.together {
      // The library keeps a window in the directory that a setting names on the window's first rank. Asking
      // the library for the setting takes 0.2 s, since the library then loads all its components; so the
      // directory that the environment names is tried first, which mostly has enough room.
      guard isLeader, windows > 0 else { return }
      let told = SharedMemoryRoom(WindowDirectory.inEnvironment ?? defaultDirectory)
      if let told, told.holds(windows + WindowDirectory.enough) { return }
      let setting = try World.setting(WindowDirectory.setting)
      guard let room = SharedMemoryRoom(setting ?? defaultDirectory) else { return }
      let need = windows + ranks * (try segmentSize(in: room.directory))
      guard !room.holds(need) else { return }
      let sentence = room.sentence(ranks: ranks, need: need, canMove: setting != nil)
      throw Failure(.unavailable, Sentence(sentence))
    }
  }

  /// The error where the `ranks` ranks of this node need `need` free bytes and there are fewer; `canMove` is
  /// whether the library lets one choose another directory.
  func sentence(ranks: Int, need: Int, canMove: Bool) -> String {
    let other =
      canMove ? ", or name a directory with more room in \(WindowDirectory.variable)" : ""
    return
      "\(directory) of \(HostName.own) has room for \(free >> 20) MiB where its \(ranks) ranks "
      + "need to share \((need >> 20) + 1) MiB more: make it larger (containers: --shm-size 1g)"
      + other
  }

  /// The bytes that one rank's messages may take in `directory`; 0 where they are kept elsewhere. For them
  /// Open MPI makes one file a rank, and the file's pages count as free until they are used.
  private static func segmentSize(in directory: String) throws -> Int {
    guard let other = try World.setting("btl_vader_backing_directory"),
      let size = try World.setting("btl_vader_segment_size").flatMap({ Int($0) }),
      let device = FileSystem.device(of: directory), device == FileSystem.device(of: other)
    else { return 0 }
    return size
  }
}
