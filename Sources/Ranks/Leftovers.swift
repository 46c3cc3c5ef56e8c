internal import Glibc
internal import Platform

/// What Open MPI's jobs leave on a machine when they are killed: files of shared memory, four to sixteen
/// megabytes each, and folders of a session.
package enum Leftovers {
  /// The beginnings of the files' names, to which the machine's name and the user's number belong.
  private static let files = ["vader_segment.", "sm_segment."]

  /// Removes this user's own of which it is proved that no process of the machine uses them. What is younger
  /// than a minute may be in the making, and stays; so does everything where there is any doubt.
  ///
  /// - Parameters:
  ///   - memory: the folder of files of shared memory.
  ///   - temporary: the folder of sessions' folders; nil for the usual one.
  package static func remove(memory: String = "/dev/shm", temporary: String? = nil) {
    let temporary = temporary ?? FileSystem.temporaryFolder
    let owner = "\(HostName.own).\(getuid())"
    let segments = old(in: memory) { name in files.contains { name.hasPrefix("\($0)\(owner).") } }
    let sessions = "\(temporary)/ompi.\(owner)"
    let folders = isOwn(sessions) ? old(in: sessions) { $0.hasPrefix("pid.") } : []
    guard !(segments.isEmpty && folders.isEmpty), let census = ProcessCensus() else { return }
    for name in segments where census.isMapped("\(memory)/\(name)") == false {
      unlink("\(memory)/\(name)")
    }
    // Where a folder is shared, machines of one name could take one another's for their own.
    guard StorageMedium(sessions) != nil else { return }
    for name in folders {
      guard let launcher = Int32(name.dropFirst("pid.".count)), !census.has(launcher) else {
        continue
      }
      try? FileSystem.remove("\(sessions)/\(name)")
    }
  }

  /// The names in `folder` of what `belongs` and is this user's, and older than a minute.
  private static func old(in folder: String, _ belongs: (String) -> Bool) -> [String] {
    let now = time(nil)
    return ((try? FileSystem.names(in: folder)) ?? []).filter(belongs).filter { name in
      var status = stat()
      return lstat("\(folder)/\(name)", &status) == 0 && status.st_uid == getuid()
        && now - status.st_mtim.tv_sec > 60
    }
  }

  /// Whether a folder, and no link, of this user's own is at `path`.
  private static func isOwn(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_uid == getuid()
      && status.st_mode & S_IFMT == S_IFDIR
  }
}
