internal import CLinux
internal import Glibc

extension OutputFile {
  /// Creates a file in the folder of `name` that has no name: `open` with `O_TMPFILE`. It vanishes
  /// with the process, however that ends, unless ``giveName(_:)`` is called.
  ///
  /// Where the file system has no such files, or `/proc` is not there to name them by, the file is
  /// called `name` from the beginning.
  init(temporary name: String, permissions: mode_t, path: String) throws {
    // The C library's macro is not imported.
    let nameless = 0o20_000_000 | O_DIRECTORY
    let descriptor = open(
      Self.folder(of: name), O_WRONLY | O_CLOEXEC | nameless, permissions)
    if descriptor >= 0, access(Self.link(to: descriptor), F_OK) == 0 {
      self.init(adopting: descriptor, path: path)
    } else {
      if descriptor >= 0 { Glibc.close(descriptor) }
      try self.init(opening: name, flags: O_EXCL, permissions: permissions, path: path)
    }
  }

  /// Calls the file `name`, if it has no name: `linkat`.
  ///
  /// - Throws: `FileError`.
  func giveName(_ name: String) throws {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_nlink == 0 else { return }
    let code = linkat(
      AT_FDCWD, Self.link(to: descriptor), AT_FDCWD, name, AT_SYMLINK_FOLLOW)
    guard code == 0 else { throw FileError.system(path, "name it", code: errno) }
  }

  private static func link(to descriptor: CInt) -> String { "/proc/self/fd/\(descriptor)" }

  /// The folder that `path` is in.
  static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
  }
}
