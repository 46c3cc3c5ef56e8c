internal import Glibc
internal import SystemPackage

extension OutputFile {
  /// Creates a file that has no name in the folder of `name`: `open` with `O_TMPFILE`. It vanishes
  /// with the process, however that ends, unless ``giveName(_:)`` is called.
  ///
  /// Where the file system has no such files, or where `/proc`, through which they are named, is
  /// not mounted, the file is called `name` from the beginning.
  init(temporary name: String, permissions: FilePermissions, path: String) throws {
    // The value of O_TMPFILE without O_DIRECTORY: neither Swift's C library nor swift-system has
    // it.
    let nameless = FileDescriptor.OpenOptions(rawValue: 0o20_000_000)
    let descriptor = try? FileDescriptor.open(
      FileSystem.parent(of: name), .writeOnly, options: [nameless, .directory, .closeOnExec],
      permissions: permissions)
    if let descriptor, access(Self.link(to: descriptor), F_OK) == 0 {
      self.init(adopting: descriptor, path: path)
    } else {
      try? descriptor?.close()
      try self.init(opening: name, .exclusiveCreate, permissions: permissions, path: path)
    }
  }

  /// Calls the file `name`, if it has no name: `linkat`.
  ///
  /// - Throws: `FileError`.
  func giveName(_ name: String) throws {
    guard let status = try? descriptor.stat(), status.linkCount == 0 else { return }
    let code = linkat(
      AT_FDCWD, Self.link(to: descriptor), AT_FDCWD, name, AT_SYMLINK_FOLLOW)
    guard code == 0 else { throw FileError.system(path, "name it", error: .last) }
  }

  private static func link(to descriptor: FileDescriptor) -> String {
    "/proc/self/fd/\(descriptor.rawValue)"
  }
}
