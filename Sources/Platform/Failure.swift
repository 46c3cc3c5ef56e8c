/// Why a process cannot go on, and the exit code that its job ends with.
public struct Failure: Error, CustomStringConvertible, Sendable {
  /// The exit code.
  public let code: ExitCode

  /// One sentence: what happened, where, and what to do about it.
  public let description: String

  /// A failure of `code`, told in one sentence.
  public init(_ code: ExitCode, _ description: String) {
    self.code = code
    self.description = description
  }
}

/// An error that has an exit code of its own.
public protocol CodedError: Error, CustomStringConvertible {
  /// The exit code of a job that this error ends.
  var code: ExitCode { get }
}

extension Failure {
  /// The failure that `error` is: with the error's own exit code or, where it has none,
  /// `inputOutput`.
  public init(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as any CodedError: self.init(error.code, error.description)
    default: self.init(.inputOutput, "\(error)")
    }
  }
}
