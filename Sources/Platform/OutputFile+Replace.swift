internal import CLinux
internal import Glibc

extension OutputFile {
  /// Puts a new file at `path` once `body` has written all of it, or leaves what was there.
  ///
  /// `body` writes to a file beside it, which is brought to the disk and only then named: at every
  /// moment, even after a crash, `path` is either the old file or the new one. Until then the file
  /// has no name, so that nothing stays where the process is ended; where the file system has no
  /// such files, it has another name. A symbolic link stays and the file it leads to is replaced. A
  /// device or a pipe cannot be replaced and is written to as it is.
  ///
  /// - Throws: `FileError`, or what `body` throws.
  package static func replace(
    _ path: String, with body: (inout OutputFile) throws -> Void
  ) throws {
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists, status.st_mode & S_IFMT != S_IFREG {
      var file = try OutputFile(creating: path)
      try body(&file)
      return try file.close()
    }
    let target = exists ? resolved(path) : path
    let temporary = "\(target).\(String(UInt32.random(in: 0...(.max)), radix: 16)).partial"
    do {
      var file = try OutputFile(
        temporary: temporary, permissions: exists ? status.st_mode & 0o777 : 0o666, path: path)
      try body(&file)
      try file.synchronize()
      try file.giveName(temporary)
      try file.close()
      guard rename(temporary, target) == 0 else {
        throw FileError.system(path, "replace it", code: errno)
      }
    } catch {
      unlink(temporary)
      throw error
    }
    try synchronizeDirectory(of: target)
  }

  /// Waits until the folder that `path` is in has its entries on the disk: `fsync` of a folder.
  ///
  /// A file that was created or renamed survives a crash only after this.
  ///
  /// - Throws: `FileError`.
  package static func synchronizeDirectory(of path: String) throws {
    let folder = folder(of: path)
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError.system(folder, "open it", code: errno) }
    defer { Glibc.close(descriptor) }
    // Some network file systems have no such operation, and then nothing to wait for.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw FileError.system(folder, "bring it to the disk", code: errno)
    }
  }

  /// The file itself, at the end of all symbolic links.
  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }
}
