internal import SystemPackage

/// A regular file open for reading, from its beginning to its end or at any offset.
///
/// ```swift
/// let file = try InputFile(path: "model.safetensors")
/// var length: UInt64 = 0
/// try withUnsafeMutableBytes(of: &length) { try file.read(at: 0, into: $0) }
/// ```
package struct InputFile: ~Copyable {
  /// Where the file is.
  package let path: String
  /// The file's size in bytes when it was opened.
  package let size: Int
  private let descriptor: FileDescriptor

  /// Opens the file at `path`: `open`, `fstat`.
  ///
  /// Pipes and devices are refused: only a size that is known in advance bounds the memory that a
  /// file's contents may ask for.
  ///
  /// - Throws: `FileError`.
  package init(path: String) throws {
    // Nonblocking, since `open` would otherwise wait for somebody to write to a pipe. Reading a
    // regular file is the same either way.
    let descriptor = try FileError.check(path, "open it") {
      try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
    }
    do {
      let status = try FileError.check(path, "look at it") { try descriptor.stat() }
      guard status.type != .directory else {
        throw FileError.system(path, "read it", error: .isDirectory)
      }
      guard status.type == .regular else { throw FileError.notRegular(path) }
      self.size = Int(status.size)
    } catch {
      try? descriptor.close()
      throw error
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { try? descriptor.close() }

  /// Reads the next bytes into `buffer`: `read`.
  ///
  /// - Returns: how many bytes were read, from 1 to the buffer's size; 0 at the end of the file.
  /// - Throws: `FileError`.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    try FileError.check(path, "read from it") { try descriptor.read(into: buffer) }
  }

  /// Fills `buffer` with the bytes from `offset` on: `pread`, as often as it takes.
  ///
  /// - Throws: `FileError`, also where the file ends before the buffer is full.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    var filled = 0
    while filled < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = try FileError.check(path, "read from it") {
        try descriptor.read(fromAbsoluteOffset: Int64(offset + filled), into: rest)
      }
      guard count > 0 else {
        throw FileError.malformed(
          path, at: offset + filled, problem: "the file ends unexpectedly",
          advice: "it was cut short while it was read: use another copy")
      }
      filled += count
    }
  }
}
