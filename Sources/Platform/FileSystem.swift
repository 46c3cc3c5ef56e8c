internal import CLinux
internal import FoundationEssentials
internal import Glibc
internal import SystemPackage

/// Calls on directories, links and whole files. Errors name the path and say what to do.
package enum FileSystem {
  /// Makes a directory and, if asked to, the directories above it: `mkdir`. Does nothing if
  /// anything, even a file, is at `path` already.
  ///
  /// - Returns: the directories that were made, the outermost first. If a directory cannot be made,
  ///   `FileError` is thrown, and none of them stays.
  @discardableResult
  package static func makeDirectory(_ path: String, withParents: Bool = true) throws -> [String] {
    if uninterrupted({ mkdir(path, 0o777) }) == 0 { return [path] }
    if errno == EEXIST { return [] }
    guard withParents, errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex
    else { throw FileError.system(path, "create it", error: .last) }
    let above = try makeDirectory(String(path[..<slash]))
    if uninterrupted({ mkdir(path, 0o777) }) == 0 { return above + [path] }
    if errno == EEXIST { return above }
    let failure = FileError.system(path, "create it", error: .last)
    removeEmpty(above)
    throw failure
  }

  /// Removes the empty ones of `directories`, which come outermost first; what the system refuses
  /// stays: `rmdir`.
  package static func removeEmpty(_ directories: [String]) {
    for directory in directories.reversed() { _ = uninterrupted { rmdir(directory) } }
  }

  /// The names in a directory, sorted, without `.` and `..`; none if nothing is at `path`:
  /// `opendir`, `readdir`.
  package static func names(in path: String) throws -> [String] {
    guard try isThere(path) else { return [] }
    var opened = opendir(path)
    while opened == nil, errno == EINTR { opened = opendir(path) }
    guard let directory = opened else {
      throw FileError.system(path, "list it", error: .last)
    }
    defer { closedir(directory) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(directory) else {
        guard errno == 0 else { throw FileError.system(path, "list it", error: .last) }
        return names.sorted()
      }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
  }

  /// Whether something is known to be at `path`, a dangling link included: `lstat`.
  package static func exists(_ path: String) -> Bool {
    (try? Stat(path, followTargetSymlink: false)) != nil
  }

  /// Whether something is at `path`, a dangling link included: `lstat`. Where the system does not
  /// let the path be looked at, ``exists(_:)`` returns false, and this function throws.
  ///
  /// - Throws: `FileError` where the system does not tell.
  package static func isThere(_ path: String) throws -> Bool {
    do {
      _ = try FileError.check(path, "look at it") { try Stat(path, followTargetSymlink: false) }
      return true
    } catch let error as FileError
      where [.system(.noSuchFileOrDirectory), .system(.notDirectory)].contains(error.kind)
    {
      return false
    }
  }

  /// Whether a directory, and no link to one, is at `path`: `lstat`.
  package static func isOwnDirectory(_ path: String) -> Bool {
    (try? Stat(path, followTargetSymlink: false))?.type == .directory
  }

  /// Whether a directory, or a link to one, is at `path`: `stat`.
  package static func isDirectory(_ path: String) -> Bool {
    (try? Stat(path))?.type == .directory
  }

  /// Whether a regular file, or a link to one, is at `path`: `stat`. A device or a pipe is none: it
  /// can be written to, but reading it may never end.
  package static func isRegularFile(_ path: String) -> Bool {
    (try? Stat(path))?.type == .regular
  }

  /// Whether the open file `descriptor` is the file at `path`: `fstat`, `stat`.
  package static func isAt(_ path: String, _ descriptor: CInt) -> Bool {
    guard let open = try? FileDescriptor(rawValue: descriptor).stat(), let found = try? Stat(path)
    else { return false }
    return (open.deviceID, open.inode) == (found.deviceID, found.inode)
  }

  /// The identifier of the file system that `path` is in: `stat`; nil if nothing is at `path`.
  package static func device(of path: String) -> UInt64? {
    (try? Stat(path)).map { UInt64($0.deviceID.rawValue) }
  }

  /// Gives `source` the name `target`; a file or link of that name is replaced: `rename`.
  package static func rename(_ source: String, to target: String) throws {
    guard uninterrupted({ Glibc.rename(source, target) }) == 0 else {
      throw FileError.system(target, "rename to it", error: .last)
    }
  }

  /// Gives the directory `source` the name `target`; a directory of that name is replaced and
  /// removed.
  ///
  /// `renameat2` with `RENAME_EXCHANGE`, so that `target` is a complete directory at every moment.
  /// Where the file system cannot exchange names, the old directory is moved aside first.
  package static func install(_ source: String, at target: String) throws {
    guard exists(target) else { return try rename(source, to: target) }
    if uninterrupted({ CLinux_rename_exchange(source, target) }) == 0 {
      // The disk might otherwise lose the old directory's files and keep its name.
      try OutputFile.synchronizeDirectory(of: target)
      return try remove(source)
    }
    guard errno == EINVAL || errno == ENOSYS else {
      throw FileError.system(target, "replace it", error: .last)
    }
    // Only this function removes a directory of this name, and only while `target` is complete, so
    // one of the two directories survives whatever happens here.
    let aside = target + ".old"
    if exists(aside) { try remove(aside) }
    try rename(target, to: aside)
    do {
      try rename(source, to: target)
    } catch {
      try rename(aside, to: target)
      throw error
    }
    try remove(aside)
  }

  /// Whether what is at `path` was written to before what is at `other`; also where nothing is at `path`, and
  /// not where nothing is at `other`.
  package static func isOlder(_ path: String, than other: String) -> Bool {
    func written(_ path: String) -> (seconds: Int, nanoseconds: Int)? {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      return (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }
    guard let other = written(other) else { return false }
    return written(path).map { $0 < other } ?? true
  }

  /// How many seconds ago what is at `path` was last written to, by the clock of this machine: `stat`; nil if
  /// nothing is at `path`.
  package static func age(of path: String) -> Double? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Double(time(nil) - status.st_mtim.tv_sec)
  }

  /// Removes the file, link or directory at `path`.
  package static func remove(_ path: String) throws {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw Failure(.inputOutput, "\(path): cannot remove it; check its permissions")
    }
  }

  /// The name that a link at `path` has before it replaces an earlier one; a process that is killed meanwhile
  /// leaves it.
  package static func nameOfLinkToBe(_ path: String) -> String { path + ".new" }

  /// Makes `path` a symbolic link to `destination`. An existing link is replaced, and there is a
  /// link at every moment.
  package static func link(_ path: String, to destination: String) throws {
    let temporary = nameOfLinkToBe(path)
    _ = uninterrupted { unlink(temporary) }
    guard uninterrupted({ symlink(destination, temporary) }) == 0 else {
      throw FileError.system(path, "create the link", error: .last)
    }
    do {
      try rename(temporary, to: path)
    } catch {
      _ = uninterrupted { unlink(temporary) }
      throw error
    }
  }

  /// The text of a file. Bytes that are not UTF-8 become U+FFFD.
  ///
  /// - Throws: as ``readBytes(_:atMost:)`` does.
  package static func read(_ path: String, atMost mostBytes: Int = 1 << 30) throws -> String {
    String(decoding: try readBytes(path, atMost: mostBytes), as: UTF8.self)
  }

  /// All bytes of a file: `open`, `read`.
  ///
  /// A pipe that nobody writes to is empty. The default limit is more than the metrics of millions
  /// of steps take.
  ///
  /// - Throws: `FileError`, also if there are more bytes than `mostBytes`, as in a device that has
  ///   no end.
  package static func readBytes(_ path: String, atMost mostBytes: Int = 1 << 30) throws -> [UInt8] {
    try FileError.check(path, "read it") {
      // Nonblocking, since `open` would otherwise wait for somebody to write to a pipe. `read` is
      // to wait for what writers write.
      let descriptor = try FileDescriptor.open(
        path, .readOnly, options: [.closeOnExec, .nonBlocking])
      defer { try? descriptor.close() }
      guard fcntl(descriptor.rawValue, F_SETFL, 0) == 0 else { throw Errno.last }
      var bytes: [UInt8] = []
      try descriptor.readPieces(of: 1 << 16) { piece in
        bytes += piece
        guard bytes.count <= mostBytes else {
          throw FileError.malformed(
            path, problem: "this is larger than such a file can be", advice: "name another")
        }
      }
      return bytes
    }
  }
}
