internal import SystemPackage

/// A file open for writing from its beginning on.
///
/// Nothing is buffered: every `write` costs at least one system call, so write in large pieces. The
/// file is closed when the value's life ends; `close()` also throws where that fails.
///
/// ```swift
/// var file = try OutputFile(creating: "picture.png")
/// try file.write(bytes)
/// try file.close()
/// ```
package struct OutputFile: ByteSink, ~Copyable {
  /// The path that errors name.
  package let path: String
  /// How many bytes have been written.
  package private(set) var offset = 0
  let descriptor: FileDescriptor
  private var isOpen = true
  private var writeBehind = WriteBehind()

  /// Creates the file at `path`, or empties the file that is there: `open`.
  ///
  /// - Throws: `FileError`.
  package init(creating path: String) throws {
    try self.init(
      opening: path, .truncate, permissions: FilePermissions(rawValue: 0o666), path: path)
  }

  /// Creates or opens the file at `location` for writing, with further `options`: `open`.
  ///
  /// - Throws: `FileError`, which names `path`.
  init(
    opening location: String, _ options: FileDescriptor.OpenOptions, permissions: FilePermissions,
    path: String
  ) throws {
    let descriptor = try FileError.check(path, "create it") {
      try FileDescriptor.open(
        location, .writeOnly, options: options.union([.create, .closeOnExec]),
        permissions: permissions)
    }
    self.init(adopting: descriptor, path: path)
  }

  /// Takes over a new file that is open as `descriptor`.
  init(adopting descriptor: FileDescriptor, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { if isOpen { try? descriptor.close() } }

  /// Writes all of `bytes`: `write`, as often as it takes.
  ///
  /// - Throws: `FileError`, for instance when the disk is full.
  package mutating func write(_ bytes: RawSpan) throws {
    _ = try bytes.withUnsafeBytes { bytes in
      try FileError.check(path, "write to it") { try descriptor.writeAll(bytes) }
    }
    offset += bytes.byteCount
    writeBehind.advance(to: offset, descriptor)
  }

  /// Writes all bytes of the file at `path`, in pieces.
  ///
  /// - Throws: `FileError`.
  package mutating func write(contentsOf path: String) throws {
    let source = try InputFile(path: path)
    var piece = [UInt8](repeating: 0, count: min(source.size, 1 << 20))
    for start in stride(from: 0, to: source.size, by: 1 << 20) {
      let count = min(piece.count, source.size - start)
      try piece.withUnsafeMutableBytes {
        try source.read(at: start, into: UnsafeMutableRawBufferPointer(rebasing: $0[..<count]))
      }
      try write(piece.span.extracting(..<count).bytes)
    }
  }

  /// Waits until everything written is on the disk: `fsync`.
  ///
  /// - Throws: `FileError`.
  package func synchronize() throws {
    try FileError.check(path, "bring it to the disk") { try descriptor.synchronize() }
  }

  /// Closes the file: `close`. Some file systems, for instance NFS, report a failed write only
  /// here.
  ///
  /// - Throws: `FileError`.
  package consuming func close() throws {
    isOpen = false
    do {
      try FileError.check(path, "close it") { try descriptor.close() }
    } catch let error as FileError where error.kind == .system(.interrupted) {
      // Linux has closed the file even when a signal arrived meanwhile: closing again would be
      // wrong.
    }
  }
}

/// What takes bytes one after another, such as an ``OutputFile``.
package protocol ByteSink: ~Copyable {
  /// How many bytes have been written.
  var offset: Int { get }

  /// Writes all of `bytes`.
  ///
  /// - Throws: `FileError`, for instance when the disk is full.
  mutating func write(_ bytes: RawSpan) throws
}

extension ByteSink where Self: ~Copyable {
  /// Writes all of `bytes`.
  ///
  /// - Throws: `FileError`, for instance when the disk is full.
  package mutating func write(_ bytes: [UInt8]) throws { try write(bytes.span.bytes) }
}
