package import SystemPackage

/// Why a file cannot be read, written or used: which file, where in the file, and what to do.
package struct FileError: CodedError, Equatable {
  /// The kind of problem.
  package enum Kind: Equatable, Sendable {
    /// The operating system refused with this error number: the file is missing or forbidden, the
    /// disk is full, and the like.
    case system(Errno)
    /// The path leads to a pipe or a device, and only a regular file can be read.
    case notRegular
    /// The file does not hold what it should hold.
    case malformed
  }

  /// A part of a file's contents that has a name, as in `tensor "fc1.weight"`.
  package struct Part: Equatable, Sendable {
    /// What the part is, as in `tensor`.
    package let kind: String
    /// The part's name, as it stands in the file.
    package let name: String

    /// The part of this kind and name.
    package init(kind: String, name: String) {
      self.kind = kind
      self.name = name
    }
  }

  /// The kind of problem.
  package let kind: Kind
  /// The file.
  package let path: String
  /// The byte of the file at which the trouble begins; nil where none can be named.
  package let offset: Int?
  /// The part of the contents that the error is about; nil where it is about the whole file.
  package let part: Part?
  /// What was found, and what was expected.
  package let problem: String
  /// What to do about it.
  package let advice: Sentence

  /// The exit code of a job that ends with this error.
  package var code: ExitCode { kind == .malformed ? .badData : .inputOutput }

  /// The whole error; a part's name is quoted and its control characters escaped.
  package var sentence: Sentence {
    let place = offset.map { ", byte \($0)" } ?? ""
    let subject = part.map { ", \($0.kind) \($0.name.debugDescription)" } ?? ""
    return "\(path)\(place)\(subject): \(problem); \(advice)"
  }
}

extension FileError {
  /// The file does not hold what it should hold.
  package static func malformed(
    _ path: String, at offset: Int? = nil, part: Part? = nil, problem: String, advice: Sentence
  ) -> FileError {
    FileError(
      kind: .malformed, path: path, offset: offset, part: part, problem: problem, advice: advice)
  }

  /// The path leads to a pipe or a device, whose size is not known in advance.
  static func notRegular(_ path: String) -> FileError {
    FileError(
      kind: .notRegular, path: path, offset: nil, part: nil,
      problem: "this is a device or a pipe, no regular file",
      advice: "copy what comes from it to a file, and name that")
  }

  /// The operating system refused with `error` when asked to do `operation`.
  static func system(_ path: String, _ operation: String, error: Errno) -> FileError {
    FileError(
      kind: .system(error), path: path, offset: nil, part: nil,
      problem: "cannot \(operation): \(error)", advice: Sentence(SystemAdvice.text(for: error)))
  }

  /// Does `work`, which calls swift-system. An `Errno` that `work` throws becomes a `FileError`
  /// about the file at `path` and the `operation`, as in "open it"; other errors are passed on.
  static func check<Result>(
    _ path: String, _ operation: String, work: () throws -> Result
  ) throws -> Result {
    do {
      return try work()
    } catch let error as Errno {
      throw system(path, operation, error: error)
    }
  }
}
