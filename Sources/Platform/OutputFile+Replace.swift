internal import Glibc
internal import SystemPackage

extension OutputFile {
  /// Replaces the file at `path` by a new file once `body` has written all of the new file. If that
  /// fails, the old file stays.
  ///
  /// `body` writes to another file in the same folder, which is brought to the disk and only then
  /// named: at every moment, even after a crash, `path` is either the old file or the new one.
  /// Until then the new file has no name, so that nothing is left behind if the process ends early;
  /// on a file system without nameless files, it has a temporary name. A symbolic link stays, and
  /// the file that it leads to is replaced. A device or a pipe cannot be replaced and is written to
  /// as it is.
  ///
  /// - Throws: `FileError`, or what `body` throws.
  package static func replace(
    _ path: String, with body: (inout OutputFile) throws -> Void
  ) throws {
    let status = try? Stat(path)
    if let status, status.type != .regular {
      var file = try OutputFile(creating: path)
      try body(&file)
      return try file.close()
    }
    let target = status == nil ? path : FileSystem.resolved(path)
    let temporary =
      "\(target).\(String(UInt32.random(in: 0...(.max)), radix: 16))\(partialSuffix)"
    let permissions = FilePermissions(
      rawValue: status.map { $0.permissions.rawValue & 0o777 } ?? 0o666)
    do {
      var file = try OutputFile(temporary: temporary, permissions: permissions, path: path)
      try body(&file)
      try file.synchronize()
      try file.giveName(temporary)
      try file.close()
      guard uninterrupted({ rename(temporary, target) }) == 0 else {
        throw FileError.system(path, "replace it", error: .last)
      }
    } catch {
      _ = uninterrupted { unlink(temporary) }
      throw error
    }
    try synchronizeDirectory(of: target)
  }

  private static let partialSuffix = ".partial"

  /// The name of the file that a file called `name` was to replace; nil where this is no name that
  /// ``replace(_:with:)`` gives for a moment. A process that is killed in that moment leaves it.
  package static func target(ofPartial name: String) -> String? {
    guard name.hasSuffix(partialSuffix),
      let dot = name.dropLast(partialSuffix.count).lastIndex(of: "."),
      UInt32(name[name.index(after: dot)...].dropLast(partialSuffix.count), radix: 16) != nil
    else { return nil }
    return String(name[..<dot])
  }

  /// Waits until the entries of the folder that `path` is in are on the disk: `fsync` of a folder.
  ///
  /// A file that was created or renamed survives a crash only after this.
  ///
  /// - Throws: `FileError`.
  package static func synchronizeDirectory(of path: String) throws {
    let folder = FileSystem.parent(of: path)
    let descriptor = try FileError.check(folder, "open it") {
      try FileDescriptor.open(folder, .readOnly, options: [.directory, .closeOnExec])
    }
    defer { try? descriptor.close() }
    do {
      try FileError.check(folder, "bring it to the disk") { try descriptor.synchronize() }
    } catch let error as FileError where error.kind == .system(.invalidArgument) {
      // Some network file systems do not have this operation, and then there is nothing to wait
      // for.
    }
  }
}
