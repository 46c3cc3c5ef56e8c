internal import Artifacts
internal import Glibc

/// The SHA-256 of files, in the format that `sha256sum --check` reads.
///
/// GNU coreutils manual, "md5sum invocation": hexadecimal digest, two spaces, name.
public enum Checksums {
  /// The name of the list in a checkpoint.
  static let name = "SHA256SUMS"

  /// The list of files whose digests are known.
  static func list(_ files: [(name: String, digest: String)]) -> String {
    files.map { "\($0.digest)  \($0.name)\n" }.joined()
  }

  /// Checks every file of the directory's list.
  ///
  /// - Throws: `Failure` with `badData` where a file is missing, not listed or altered.
  static func verify(_ names: [String], in directory: String) throws {
    guard FileSystem.exists("\(directory)/\(name)") else {
      throw Failure(
        .badData, "\(directory): \(name) is missing, so the checkpoint is not whole; use another")
    }
    let lines = try FileSystem.read("\(directory)/\(name)").split(separator: "\n")
    for name in names {
      guard FileSystem.exists("\(directory)/\(name)") else {
        throw Failure(.badData, "\(directory)/\(name) is missing from the checkpoint; use another")
      }
      let expected = "\(try digest(of: "\(directory)/\(name)"))  \(name)"
      guard lines.contains(Substring(expected)) else {
        throw Failure(
          .badData,
          "\(directory)/\(name) is not the file that \(Checksums.name) tells of: it was altered, "
            + "cut short or damaged; use another checkpoint")
      }
    }
  }

  /// The SHA-256 of one file, in hexadecimal.
  public static func digest(of path: String) throws -> String {
    hexadecimal(try digestBytes(of: path))
  }

  /// A digest as text.
  static func hexadecimal(_ digest: some Sequence<UInt8>) -> String {
    digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The SHA-256 of one file, which is read in pieces: mapped, it would count as this rank's
  /// memory.
  static func digestBytes(of path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path) }
    defer { close(descriptor) }
    var hash = SHA256()
    var piece = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = piece.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(path) }
      guard count > 0 else { return hash.finalize() }
      piece[..<count].withUnsafeBytes { hash.update($0) }
    }
  }

  private static func unreadable(_ path: String) -> Failure {
    Failure(
      .inputOutput,
      "\(path): cannot be read: \(String(cString: strerror(errno))); check its permissions")
  }
}
