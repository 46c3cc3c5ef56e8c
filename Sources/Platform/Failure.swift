/// Why a process cannot go on, and the exit code that its job ends with.
public struct Failure: Error, Codable, CustomStringConvertible, Sendable {
  /// The exit code.
  public let code: ExitCode

  /// What happened, where, and what to do about it.
  public let sentence: Sentence

  /// The sentence, for users of the library.
  public var description: String { sentence.description }

  /// A failure of `code`, told in one sentence.
  public init(_ code: ExitCode, _ sentence: Sentence) {
    self.code = code
    self.sentence = sentence
  }

  /// The failure of work that was asked to stop.
  package static let stopped = Failure(.stopped, "stopped on request")
}

/// An error that has an exit code of its own.
public protocol CodedError: Error, CustomStringConvertible {
  /// The exit code of a job that this error ends.
  var code: ExitCode { get }

  /// What happened, where, and what to do about it.
  var sentence: Sentence { get }
}

extension CodedError {
  /// The sentence, for users of the library.
  public var description: String { sentence.description }
}

extension Failure {
  /// Turns `error` into a failure, with the error's own exit code or, if it has none,
  /// `inputOutput`.
  public init(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as any CodedError: self.init(error.code, error.sentence)
    default: self.init(.inputOutput, "\(error)")
    }
  }
}
