internal import SystemPackage

/// A file to which records are appended. Each record is written completely or, unless the file is a
/// pipe, not at all.
package struct AppendedFile: ~Copyable {
  private let path: String
  private let descriptor: FileDescriptor

  /// Opens the file at `path`, and creates it where it is missing: `open`. A new file has its name on the
  /// disk once this returns; else a loss of power might take the name, and all records with it.
  ///
  /// - Throws: `FileError`.
  package init(_ path: String) throws {
    let isNew = !FileSystem.exists(path)
    let descriptor = try FileError.check(path, Self.operation) {
      try FileDescriptor.open(
        path, .writeOnly, options: [.create, .append, .closeOnExec],
        permissions: FilePermissions(rawValue: 0o666))
    }
    do {
      if isNew { try OutputFile.synchronizeDirectory(of: path) }
    } catch {
      try? descriptor.close()
      throw error
    }
    (self.path, self.descriptor) = (path, descriptor)
  }

  deinit { try? descriptor.close() }

  /// Appends `record`: `write`, as often as it takes.
  ///
  /// - Throws: `FileError`; the file then ends where it ended before, unless it is a pipe.
  package func append(_ record: some Sequence<UInt8>) throws {
    // Nil for a pipe, which cannot be cut either.
    let end = try? descriptor.seek(offset: 0, from: .end)
    do {
      try FileError.check(path, Self.operation) { _ = try descriptor.writeAll(record) }
    } catch {
      // Half a record would make the next one unreadable.
      if let end { try? descriptor.resize(to: end) }
      throw error
    }
  }

  /// Waits until all records are on the disk: `fsync`.
  ///
  /// - Throws: `FileError`.
  package func synchronize() throws {
    do {
      try FileError.check(path, Self.operation) { try descriptor.synchronize() }
    } catch let error as FileError
      where [.system(.invalidArgument), .system(.readOnlyFileSystem)].contains(error.kind)
    {
      // A pipe or a device has nothing to bring to a disk.
    }
  }

  /// The operation that an error says the system refused.
  private static let operation = "write to it"
}
