internal import CLinux
internal import Glibc

/// A regular file open for reading anywhere in it.
package struct InputFile: ~Copyable {
  package let path: String
  /// Its size in bytes when it was opened.
  package let size: Int
  private let descriptor: CInt

  /// Opens the file at `path`: `open`, `fstat`.
  package init(path: String) throws {
    // Without waiting for someone who writes to a pipe; of regular files there is nothing to wait
    // for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError.system(path, "open it", code: errno) }
    var status = stat()
    let code = fstat(descriptor, &status) < 0 ? errno : 0
    guard code == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      throw code != 0 || isFolder
        ? FileError.system(path, "read it", code: code == 0 ? EISDIR : code)
        : FileError.notRegular(path)
    }
    self.path = path
    self.size = Int(status.st_size)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Fills `buffer` with the bytes from `offset` on: `pread`, as often as it takes.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    var filled = 0
    while filled < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw FileError.system(path, "read from it", code: errno) }
      guard count > 0 else {
        throw FileError.malformed(path, at: offset + filled, "the file ends unexpectedly")
      }
      filled += count
    }
  }
}
