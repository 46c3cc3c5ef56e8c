internal import CLinux

/// The medium that keeps the files of a directory.
package enum StorageMedium: Sendable {
  /// This machine's memory: tmpfs.
  case memory
  /// A disk of this machine.
  case disk

  /// The medium of `directory`: `statfs`; nil for a file system that may be another machine's.
  package init?(_ directory: String) {
    switch CLinux_file_system(directory) {
    case 0x0102_1994: self = .memory  // tmpfs
    // ext2 to ext4, xfs, btrfs, overlayfs, zfs, f2fs
    case 0xef53, 0x5846_5342, 0x9123_683e, 0x794c_7630, 0x2fc1_2fc1, 0xf2f5_2010: self = .disk
    default: return nil
    }
  }
}
