internal import Glibc
internal import Platform

/// The directory in which Open MPI keeps shared windows as files; with other libraries it cannot be chosen.
package enum WindowDirectory {
  /// Open MPI's setting that names the directory.
  static let setting = "osc_sm_backing_directory"

  /// The environment variable in which Open MPI looks for the setting.
  package static let variable = "OMPI_MCA_\(setting)"

  /// The bytes that are enough: a default directory with so many free is kept. The default run on two ranks
  /// takes 75 MiB, and models of ten million parameters fit into 512 MiB. Containers have 64 MiB by default.
  static let enough = 512 << 20

  /// Chooses another directory where the default one is small and another has more room. Must be called
  /// before MPI starts; not collective.
  ///
  /// A directory that the user has set in the environment or on mpirun's command line is kept; one in Open
  /// MPI's file of parameters is not, since Open MPI has not read the file yet. Every process chooses for
  /// itself; for a window, the library takes the choice of the window's first rank.
  package static func choose() {
    guard inEnvironment == nil else { return }
    let standard = SharedMemoryRoom()
    if let standard, standard.free >= enough { return }
    let rooms = candidates.compactMap { directory in
      StorageMedium(directory).flatMap { medium in SharedMemoryRoom(directory).map { (medium, $0) }
      }
    }
    if let best = best(of: rooms, above: standard?.free ?? 0) { setenv(variable, best, 0) }
  }

  /// The directory in the environment, where the user, mpirun or ``choose()`` has put it; nil where none
  /// has.
  static var inEnvironment: String? { getenv(variable).map { String(cString: $0) } }

  /// The directory with the most room, if it has more than `least` bytes; else nil. Directories on a disk are
  /// considered only where none in memory has enough room, since the system writes changes of a file to the
  /// disk.
  static func best(
    of rooms: [(medium: StorageMedium, room: SharedMemoryRoom)], above least: Int
  ) -> String? {
    let inMemory = rooms.filter { $0.medium == .memory && $0.room.free >= enough }
    let largest = (inMemory.isEmpty ? rooms : inMemory).max { $0.room.free < $1.room.free }
    return largest.flatMap { $0.room.free > least ? $0.room.directory : nil }
  }

  /// Directories that may take the place of the default one: those for temporary files which the environment
  /// and the system name, and which this process may list, enter and write to.
  private static var candidates: [String] {
    let named = ["TMPDIR", "XDG_RUNTIME_DIR"].compactMap { (name: String) in
      getenv(name).map { String(cString: $0) }
    }
    return (named + ["/tmp", "/var/tmp"])
      .filter { $0.hasPrefix("/") && access($0, R_OK | W_OK | X_OK) == 0 }
  }
}
