internal import Glibc

/// Why a file of the data set cannot be used: which one, where in it, and what to do.
public struct DataError: Error, Equatable, CustomStringConvertible {
  /// Who refused.
  public enum Kind: Sendable {
    /// Nobody: there is no such file.
    case missing
    /// The operating system: the file is unreadable, or reading it failed.
    case system
    /// We did: what the file holds is not what it should hold.
    case malformed
  }

  /// Who refused.
  public let kind: Kind
  /// The file, or the folder where it was looked for.
  public let path: String
  /// The byte at which the trouble begins, where one can be named: of the file itself for damaged
  /// gzip data, of the unpacked contents for everything else.
  public let offset: Int?
  /// What was found, and what was expected.
  public let problem: String
  /// What to do about it.
  public let advice: String

  /// The whole error in one sentence.
  public var description: String {
    let place = offset.map { "\(path), byte \($0)" } ?? path
    return "\(place): \(problem); \(advice)."
  }
}

extension DataError {
  /// The contents are not what they should be.
  static func malformed(_ path: String, at offset: Int? = nil, _ problem: String) -> DataError {
    DataError(
      kind: .malformed, path: path, offset: offset, problem: problem,
      advice: "replace the file, for instance with scripts/fetch-mnist")
  }

  /// The operating system refused with error number `code` when asked to do `operation`.
  static func system(_ path: String, _ operation: String, code: CInt) -> DataError {
    DataError(
      kind: .system, path: path, offset: nil,
      problem: "cannot \(operation): \(String(cString: strerror(code)))",
      advice: "check the path and its permissions")
  }
}
