internal import CLinux
internal import Glibc

/// The directory in which Open MPI keeps shared windows, as files; other libraries do not let one
/// choose.
package enum WindowDirectory {
  /// The library's setting.
  static let setting = "osc_sm_backing_directory"

  /// The variable in which a process tells it to the library.
  package static let variable = "OMPI_MCA_\(setting)"

  /// Room with which no other directory is looked for. The default run on two ranks takes 75 MiB;
  /// with this much, models of some ten million parameters fit, and what containers have unless
  /// told otherwise, 64 MiB, lies well below.
  static let enough = 512 << 20

  /// Lets windows be kept elsewhere where the default directory is small and another has more room.
  /// Must come before MPI starts; what the user has set stands, but in a file of parameters: Open
  /// MPI has not read it yet.
  ///
  /// Every process decides for itself; of those that share a window, the library asks the first.
  package static func choose() {
    guard inEnvironment == nil else { return }
    let standard = SharedMemoryRoom()
    if let standard, standard.free >= enough { return }
    let rooms = candidates.compactMap { directory in
      Medium(directory).flatMap { medium in SharedMemoryRoom(directory).map { (medium, $0) } }
    }
    if let best = best(of: rooms, above: standard?.free ?? 0) { setenv(variable, best, 0) }
  }

  /// What the environment says: the user, mpirun's command line or ``choose()``.
  static var inEnvironment: String? { getenv(variable).map { String(cString: $0) } }

  /// The directory of the most room above `least`: in memory where one has enough there, since the
  /// system writes to a disk what is changed in a file on it.
  static func best(
    of rooms: [(medium: Medium, room: SharedMemoryRoom)], above least: Int
  ) -> String? {
    let inMemory = rooms.filter { $0.medium == .memory && $0.room.free >= enough }
    let largest = (inMemory.isEmpty ? rooms : inMemory).max { $0.room.free < $1.room.free }
    return largest.flatMap { $0.room.free > least ? $0.room.directory : nil }
  }

  /// Directories for files that need not outlive a process.
  private static var candidates: [String] {
    let named = ["TMPDIR", "XDG_RUNTIME_DIR"].compactMap { (name: String) in
      getenv(name).map { String(cString: $0) }
    }
    return (named + ["/tmp", "/var/tmp"])
      .filter { $0.hasPrefix("/") && access($0, R_OK | W_OK | X_OK) == 0 }
  }

  /// What keeps the files of a directory.
  enum Medium {
    /// Memory: tmpfs.
    case memory
    /// A disk of this machine's.
    case disk

    /// Asks the system: `statfs`; nil for a file system that is not known to be this machine's own.
    init?(_ directory: String) {
      switch CLinux_file_system(directory) {
      case 0x0102_1994: self = .memory  // tmpfs
      // ext2 to ext4, xfs, btrfs, overlayfs, zfs, f2fs
      case 0xef53, 0x5846_5342, 0x9123_683e, 0x794c_7630, 0x2fc1_2fc1, 0xf2f5_2010: self = .disk
      default: return nil
      }
    }
  }
}
