internal import Glibc

/// Why a file cannot be written or used: which one, where in it, and what to do.
package struct FileError: CodedError, Equatable {
  /// Who refused.
  package enum Kind: Sendable {
    /// The operating system: the file is missing or forbidden, the disk is full, and the like.
    case system
    /// We did: what the file holds is not what it should hold.
    case malformed
  }

  /// Who refused.
  package let kind: Kind
  /// The file.
  package let path: String
  /// The byte of the file at which the trouble begins, where one can be named.
  package let offset: Int?
  /// The tensor in question, where there is one.
  package let tensor: String?
  /// What was found, and what was expected.
  package let problem: String
  /// What to do about it.
  package let advice: String

  /// The exit code that it stands for.
  package var code: ExitCode { kind == .system ? .inputOutput : .badData }

  /// The whole error in one sentence; names from the file are quoted and their controls escaped.
  package var description: String {
    let place = offset.map { ", byte \($0)" } ?? ""
    let subject = tensor.map { ", tensor \($0.debugDescription)" } ?? ""
    return "\(path)\(place)\(subject): \(problem); \(advice)"
  }
}

extension FileError {
  /// The contents are not what they should be.
  package static func malformed(
    _ path: String, at offset: Int? = nil, tensor: String? = nil, _ problem: String,
    advice: String = "the file is damaged or was not written as safetensors: use another copy"
  ) -> FileError {
    FileError(
      kind: .malformed, path: path, offset: offset, tensor: tensor, problem: problem,
      advice: advice)
  }

  /// What is at `path` has no size that could be known in advance.
  static func notRegular(_ path: String) -> FileError {
    FileError(
      kind: .system, path: path, offset: nil, tensor: nil,
      problem: "this is a device or a pipe, no regular file",
      advice: "copy what comes from it to a file, and name that")
  }

  /// The operating system refused with error number `code` when asked to do `operation`.
  static func system(_ path: String, _ operation: String, code: CInt) -> FileError {
    FileError(
      kind: .system, path: path, offset: nil, tensor: nil,
      problem: "cannot \(operation): \(String(cString: strerror(code)))",
      advice: SystemAdvice.text(for: code))
  }
}
