internal import CFiles
internal import Glibc
internal import SystemPackage

/// A file open for writing from its beginning on.
///
/// Nothing is buffered: every `write` costs at least one system call, so write in large pieces. The
/// file is closed when the value's life ends; call `close()` to learn whether closing fails.
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

/// Something to which bytes are written one after another, such as an ``OutputFile``.
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

/// How a large file goes to the disk while it is written.
///
/// By default the system keeps gigabytes in memory before it writes any of them, and
/// ``OutputFile/synchronize()`` would wait for all of them. Each page of memory that is used for
/// the first time costs time as well, much on virtual machines. Here the system begins to write
/// each piece at once, and later frees the piece's memory, so that the next pieces use the same
/// memory. The last `lag` bytes of a file stay in memory, and so does all of a smaller file.
struct WriteBehind {
  private static let piece = 8 << 20
  private static let lag = 64 << 20

  /// The end of the part that the system has begun to write.
  private var begun = 0
  /// The end of the part whose memory was given back.
  private var released = 0

  /// Notes that all bytes before `end` have been written and will not change: `sync_file_range`,
  /// and `posix_fadvise` with `POSIX_FADV_DONTNEED` for bytes more than `lag` before `end`.
  ///
  /// Neither call waits for the disk. The second call alone would also begin to write, but it asks
  /// every processor to give up pages that are not written yet, and waits for busy processors. The
  /// two calls do nothing for a file that is on no disk.
  mutating func advance(to end: Int, _ descriptor: FileDescriptor) {
    guard end - begun >= Self.piece else { return }
    CFiles_begin_writing(descriptor.rawValue, begun, end - begun)
    begun = end
    // Only whole pages are given back; the largest pages have 64 KiB.
    let old = (end - Self.lag) & ~0xffff
    guard old > released else { return }
    posix_fadvise(descriptor.rawValue, released, old - released, POSIX_FADV_DONTNEED)
    released = old
  }
}

extension OutputFile {
  /// Creates a file that has no name in the folder of `name`: `open` with `O_TMPFILE`. The file
  /// vanishes with the process, however that ends, unless ``giveName(_:)`` is called.
  ///
  /// If the file system has no nameless files, or `/proc`, through which they get names, is not
  /// mounted, the file is called `name` from the beginning.
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

  /// Gives the file the name `name`, if it has none: `linkat`.
  ///
  /// - Throws: `FileError`.
  func giveName(_ name: String) throws {
    guard let status = try? descriptor.stat(), status.linkCount == 0 else { return }
    let code = uninterrupted {
      linkat(AT_FDCWD, Self.link(to: descriptor), AT_FDCWD, name, AT_SYMLINK_FOLLOW)
    }
    guard code == 0 else { throw FileError.system(path, "name it", error: .last) }
  }

  private static func link(to descriptor: FileDescriptor) -> String {
    "/proc/self/fd/\(descriptor.rawValue)"
  }
}
