internal import Platform

/// The list of the SHA-256 of a checkpoint's files, in the format that `sha256sum --check` reads.
///
/// GNU coreutils manual, "md5sum invocation": hexadecimal digest, two spaces, name.
package enum Checksums {
  /// The name of the list in a checkpoint.
  package static let name = "SHA256SUMS"

  /// The text of the list, from the files' names and digests in hexadecimal.
  package static func list(_ files: [(name: String, digest: String)]) -> String {
    files.map { "\($0.digest)  \($0.name)\n" }.joined()
  }

  /// Checks that each of the files `names` is in the directory, with the digest that the directory's list has
  /// for it.
  ///
  /// - Returns: the digest of each of `names`, in hexadecimal.
  /// - Throws: `Failure` with `badData` where a file or the list is missing, or a file not listed or altered;
  ///   `FileError` where one cannot be read.
  @discardableResult
  package static func verify(_ names: [String], in directory: String) throws -> [String: String] {
    guard try FileSystem.isThere("\(directory)/\(name)") else {
      throw Failure(
        .badData, "\(directory): \(name) is missing, so the checkpoint is not whole")
    }
    let lines = try lines(in: directory)
    var digests: [String: String] = [:]
    for name in names {
      let file = "\(directory)/\(name)"
      guard try FileSystem.isThere(file) else {
        throw Failure(.badData, "\(file) is missing from the checkpoint")
      }
      let digest = SHA256.hexadecimal(try SHA256.digest(ofFile: file))
      digests[name] = digest
      guard !lines.contains("\(digest)  \(name)") else { continue }
      if try hasConvertedLines(file, name: name, lines: lines) {
        throw Failure(
          .badData,
          "\(file): its line ends were converted on the way here, as git and ftp do to text: copy "
            + "the checkpoint again, as binary files")
      }
      throw Failure(
        .badData,
        "\(file) is not the file that \(Checksums.name) tells of: it was altered, cut short or "
          + "damaged")
    }
    return digests
  }

  /// The lines of a directory's list, with Unix or DOS line ends: `sha256sum --check` takes both.
  package static func lines(in directory: String) throws -> [String] {
    try FileSystem.read("\(directory)/\(name)").split(whereSeparator: \.isNewline).map(String.init)
  }

  /// Whether the file, whose digest is not in the list, would have the listed digest with Unix line ends.
  private static func hasConvertedLines(
    _ file: String, name: String, lines: [String]
  ) throws -> Bool {
    let bytes = try FileSystem.readBytes(file)
    var unix: [UInt8] = []
    unix.reserveCapacity(bytes.count)
    for (index, byte) in bytes.enumerated() {
      let isConverted =
        byte == UInt8(ascii: "\r") && index + 1 < bytes.count
        && bytes[index + 1] == UInt8(ascii: "\n")
      if !isConverted { unix.append(byte) }
    }
    guard unix.count < bytes.count else { return false }
    var hash = SHA256()
    unix.withUnsafeBytes { hash.update($0) }
    return lines.contains("\(SHA256.hexadecimal(hash.finalize()))  \(name)")
  }
}
