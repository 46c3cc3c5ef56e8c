internal import Glibc

/// Room for files in memory: Open MPI keeps shared windows in files below /dev/shm
/// (`osc_sm_backing_directory`), which containers limit to 64 MiB.
struct SharedMemoryRoom: Codable, Equatable {
  /// Where the windows are kept by default.
  static let defaultDirectory = "/dev/shm"

  /// The directory.
  var directory: String

  /// The bytes that are free.
  var free: Int

  /// The bytes that there are in all.
  var size: Int
}

extension SharedMemoryRoom {
  /// Looks at `directory`; nil where there is none: `statvfs`.
  init?(_ directory: String = defaultDirectory) {
    var status = statvfs()
    guard statvfs(directory, &status) == 0 else { return nil }
    self.directory = directory
    free = Int(status.f_bavail) * Int(status.f_frsize)
    size = Int(status.f_blocks) * Int(status.f_frsize)
  }

  /// Whether a window of `bytes` fits, with some to spare for the library's own.
  func holds(_ bytes: Int) -> Bool { free >= bytes + 1 << 20 }
}
