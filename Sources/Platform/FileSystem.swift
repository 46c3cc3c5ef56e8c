internal import CLinux
internal import FoundationEssentials
internal import Glibc

/// The few calls on directories that a run needs, each error with its path and what to do.
package enum FileSystem {
  /// Makes a directory and, if asked to, those above it: `mkdir`.
  ///
  /// - Returns: the directories that were not there before, the outermost first; where it throws,
  ///   none of them stays.
  @discardableResult
  package static func makeDirectory(_ path: String, withParents: Bool = true) throws -> [String] {
    if mkdir(path, 0o777) == 0 { return [path] }
    if errno == EEXIST { return [] }
    guard withParents, errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex
    else { throw failure("create", path) }
    let above = try makeDirectory(String(path[..<slash]))
    if mkdir(path, 0o777) == 0 { return above + [path] }
    if errno == EEXIST { return above }
    let failure = failure("create", path)
    removeEmpty(above)
    throw failure
  }

  /// Removes those of `directories`, the outermost first, that are empty, as far as the system lets
  /// it: `rmdir`.
  package static func removeEmpty(_ directories: [String]) {
    for directory in directories.reversed() { rmdir(directory) }
  }

  /// The names in a directory, sorted; none where it does not exist.
  package static func names(in path: String) throws -> [String] {
    guard try isThere(path) else { return [] }
    // Foundation does not tell the system's reason.
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("list", path) }
    close(descriptor)
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw Failure(.inputOutput, "\(path): cannot list the directory; check its permissions")
    }
  }

  /// Whether something is known to be at `path`, a dangling link included: `lstat`.
  package static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// ``exists(_:)`` for a sentence that says so: what cannot be looked at is not missing.
  ///
  /// - Throws: `Failure` with `inputOutput` where the system does not let us know.
  package static func isThere(_ path: String) throws -> Bool {
    guard !exists(path) else { return true }
    guard errno == ENOENT || errno == ENOTDIR else { throw failure("look at", path) }
    return false
  }

  /// Whether a directory, and no link to one, is at `path`: `lstat`.
  package static func isOwnDirectory(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether a directory, or a link to one, is at `path`: `stat`.
  package static func isDirectory(_ path: String) -> Bool { isKind(S_IFDIR, path) }

  /// Whether a regular file, or a link to one, is at `path`, rather than a device or a pipe, which
  /// can be written to and has no end to be read to: `stat`.
  package static func isRegularFile(_ path: String) -> Bool { isKind(S_IFREG, path) }

  private static func isKind(_ kind: mode_t, _ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == kind
  }

  /// Whether the open file `descriptor` is the one at `path`: `fstat`, `stat`.
  package static func isAt(_ path: String, _ descriptor: CInt) -> Bool {
    var (open, found) = (Glibc.stat(), Glibc.stat())
    return fstat(descriptor, &open) == 0 && stat(path, &found) == 0
      && (open.st_dev, open.st_ino) == (found.st_dev, found.st_ino)
  }

  /// The number of the file system that `path` is in: `stat`; nil where nothing is there.
  package static func device(of path: String) -> UInt64? {
    var status = stat()
    return stat(path, &status) == 0 ? UInt64(status.st_dev) : nil
  }

  /// Gives `source` the name `target`, which may be a file or a link: `rename`.
  package static func rename(_ source: String, to target: String) throws {
    guard Glibc.rename(source, target) == 0 else { throw failure("rename to", target) }
  }

  /// Puts the directory `source` at `target`; one that is there is exchanged for it and removed.
  ///
  /// `renameat2` with `RENAME_EXCHANGE`, so that `target` is whole at every moment; where the file
  /// system has no exchange, the old one is moved aside first.
  package static func install(_ source: String, at target: String) throws {
    guard exists(target) else { return try rename(source, to: target) }
    if CLinux_rename_exchange(source, target) == 0 { return try remove(source) }
    guard errno == EINVAL || errno == ENOSYS else { throw failure("replace", target) }
    // A name that nothing cleans up: whatever happens here, one of the two stays.
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

  /// Removes whatever is at `path`.
  package static func remove(_ path: String) throws {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw Failure(.inputOutput, "\(path): cannot remove it; check its permissions")
    }
  }

  /// Lets the symbolic link `path` lead to `destination`, without a moment in which it is missing.
  package static func link(_ path: String, to destination: String) throws {
    let temporary = path + ".new"
    unlink(temporary)
    guard symlink(destination, temporary) == 0 else { throw failure("create the link", path) }
    do {
      try rename(temporary, to: path)
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// `path` with the first number behind it under which nothing is yet, as in `latest-1`.
  package static func unusedPath(_ path: String) -> String {
    var number = 1
    while exists("\(path)-\(number)") { number += 1 }
    return "\(path)-\(number)"
  }

  /// Where the symbolic link `path` leads; nil where there is none.
  package static func destination(ofLink path: String) -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: path)
  }

  /// The path without symbolic links: `realpath`. One that leads nowhere stays as it is.
  package static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  /// The path from the root of the file system on; links stay.
  package static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/") else { return path }
    let names = path.split(separator: "/").drop { $0 == "." }
    return "\(resolved("."))/\(names.joined(separator: "/"))"
  }

  /// Whether two paths lead to one file, which need not be there.
  package static func isOneFile(_ first: String, _ second: String) -> Bool {
    place(first) == place(second)
  }

  /// The directory and the name of the file that `path` leads to, links followed even where they
  /// lead to nothing yet.
  private static func place(_ path: String) -> [String] {
    var path = absolute(path)
    // As many links as the kernel follows.
    for _ in 0..<40 {
      guard let next = destination(ofLink: path) else { break }
      path = next.hasPrefix("/") ? next : "\(parent(of: path))/\(next)"
    }
    return [resolved(parent(of: path)), path.split(separator: "/").last.map(String.init) ?? ""]
  }

  /// The path without slashes at its end, which mean the same.
  package static func withoutTrailingSlashes(_ path: String) -> String {
    var path = path[...]
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return String(path)
  }

  /// The directory that a path's last name is in.
  package static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The whole of a text file.
  package static func read(_ path: String, atMost mostBytes: Int = 1 << 30) throws -> String {
    String(decoding: try readBytes(path, atMost: mostBytes), as: UTF8.self)
  }

  /// The whole of a file: `open`, `read`.
  ///
  /// - Throws: `Failure`: `inputOutput` where the system refuses; `badData` where there are more
  ///   than `mostBytes`, as of a device without an end; by default those of millions of steps'
  ///   metrics. A pipe that nobody writes to is empty.
  package static func readBytes(_ path: String, atMost mostBytes: Int = 1 << 30) throws -> [UInt8] {
    // Or `open` would wait for who writes to a pipe; `read` waits where there is someone.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure("read", path) }
    defer { close(descriptor) }
    guard fcntl(descriptor, F_SETFL, 0) == 0 else { throw failure("read", path) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &piece, piece.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure("read", path) }
      if count == 0 { return bytes }
      bytes += piece[..<count]
      guard bytes.count <= mostBytes else {
        throw Failure(.badData, "\(path): this is larger than such a file can be; name another")
      }
    }
  }

  private static func failure(_ action: String, _ path: String) -> Failure {
    Failure(.inputOutput, "\(path): cannot \(action) it: \(SystemAdvice.refusal(errno))")
  }
}
