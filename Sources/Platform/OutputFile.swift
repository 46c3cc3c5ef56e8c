internal import Glibc

/// A file open for writing from its beginning on.
///
/// Nothing is buffered: every `write` costs one system call at least, so write in large pieces.
/// Letting go of the value closes the file; `close()` also tells whether that went well.
package struct OutputFile: ByteSink, ~Copyable {
  /// What errors call the file.
  package let path: String
  /// How many bytes have been written.
  package private(set) var offset = 0
  private(set) var descriptor: CInt
  private var writeBehind = WriteBehind()

  /// Creates the file at `path`, or empties the one that is there: `open`.
  ///
  /// - Throws: `FileError`.
  package init(creating path: String) throws {
    try self.init(opening: path, flags: O_TRUNC, permissions: 0o666, path: path)
  }

  /// Opens `location` with `flags` beside those for a file to be created and written.
  init(opening location: String, flags: CInt, permissions: mode_t, path: String) throws {
    let descriptor = open(location, O_WRONLY | O_CREAT | O_CLOEXEC | flags, permissions)
    guard descriptor >= 0 else { throw FileError.system(path, "create it", code: errno) }
    self.init(adopting: descriptor, path: path)
  }

  /// Takes over a new file that is open as `descriptor`.
  init(adopting descriptor: CInt, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

  /// Writes all of `bytes`: `write`, as often as it takes.
  ///
  /// - Throws: `FileError`, for instance when the disk is full.
  package mutating func write(_ bytes: RawSpan) throws {
    let (descriptor, path) = (descriptor, path)
    try bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Glibc.write(
          descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { throw FileError.system(path, "write to it", code: errno) }
        rest = rest.dropFirst(count)
      }
    }
    offset += bytes.byteCount
    writeBehind.advance(to: offset, descriptor)
  }

  /// Waits until everything written is on the disk: `fsync`.
  ///
  /// - Throws: `FileError`.
  package func synchronize() throws {
    guard fsync(descriptor) == 0 else {
      throw FileError.system(path, "bring it to the disk", code: errno)
    }
  }

  /// Closes the file: `close`. Some file systems, NFS for one, report a failed write only here.
  ///
  /// - Throws: `FileError`.
  package consuming func close() throws {
    let status = Glibc.close(descriptor)
    descriptor = -1
    // Linux has closed the file even when a signal arrived meanwhile: closing again would be wrong.
    guard status == 0 || errno == EINTR else {
      throw FileError.system(path, "close it", code: errno)
    }
  }
}
