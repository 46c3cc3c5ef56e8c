/// Why this rank cannot go on, and the code that the job shall end with.
package struct Failure: Error, CustomStringConvertible, Sendable {
  /// The exit code.
  package let code: ExitCode

  /// One sentence: what happened, where, and what to do about it.
  package let description: String

  /// A failure of `code`, told in one sentence.
  package init(_ code: ExitCode, _ description: String) {
    self.code = code
    self.description = description
  }
}

/// An error of a library that tells the exit code it stands for.
package protocol CodedError: Error, CustomStringConvertible {
  /// The code that a job ends with where nothing else is done about the error.
  var code: ExitCode { get }
}

extension Failure {
  /// Gives any error its exit code; an error that tells none is a failure of input or output.
  package init(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as any CodedError: self.init(error.code, error.description)
    default: self.init(.inputOutput, "\(error)")
    }
  }
}
