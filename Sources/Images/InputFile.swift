internal import Glibc
internal import Platform

/// A regular file open for reading from its beginning to its end.
struct InputFile: ~Copyable {
  let path: String
  /// Its size in bytes when it was opened.
  let size: Int
  private let descriptor: CInt

  /// Opens the file at `path`: `open`, `fstat`.
  ///
  /// Pipes and devices are refused, because only a size known in advance can bound what the
  /// contents may ask us to allocate.
  init(path: String) throws {
    // Without waiting for someone who writes to a pipe; of regular files there is nothing to wait
    // for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw DataError.system(path, "open it", code: errno) }
    var status = stat()
    let code = fstat(descriptor, &status) < 0 ? errno : 0
    guard code == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      guard code == 0 else { throw DataError.system(path, "look at it", code: code) }
      throw DataError(
        kind: .system, path: path, offset: nil,
        problem: "this is a folder, a pipe or a device, and only a file can be read",
        advice: "name a folder with files")
    }
    self.path = path
    self.size = Int(status.st_size)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Reads the next bytes into `buffer` and returns how many there were; 0 at the end: `read`.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      if errno != EINTR { throw DataError.system(path, "read from it", code: errno) }
    }
  }
}
