internal import Glibc

/// A file that records are appended to, each whole or not at all.
package struct AppendedFile: ~Copyable {
  private let path: String
  private let descriptor: CInt

  /// Opens the file at `path`, which is made where it is missing: `open`.
  ///
  /// - Throws: `Failure` with `inputOutput`.
  package init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.failure(path) }
  }

  deinit { close(descriptor) }

  /// Appends `record`: `write`.
  ///
  /// - Throws: `Failure` with `inputOutput`; nothing of the record then stays.
  package func append(_ record: some Sequence<UInt8>) throws {
    let end = lseek(descriptor, 0, SEEK_END)
    var rest = Array(record)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let failure = Self.failure(path)
        // Half a record would make the next one unreadable; what is no file cannot be cut.
        if end >= 0 { _ = ftruncate(descriptor, end) }
        throw failure
      }
      rest = rest.dropFirst(count)
    }
  }

  /// Brings all records to the disk: `fsync`.
  ///
  /// - Throws: `Failure` with `inputOutput`.
  package func synchronize() throws {
    // What is no file has nothing to wait for.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else {
      throw Self.failure(path)
    }
  }

  private static func failure(_ path: String) -> Failure {
    Failure(.inputOutput, "\(path): cannot write to it: \(SystemAdvice.refusal(errno))")
  }
}
