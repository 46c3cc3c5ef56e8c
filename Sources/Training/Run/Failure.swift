/// Why this rank cannot go on, and the code that the job shall end with.
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

/// A failure that every rank of the job knows of, so that all end together with one code.
public struct SharedFailure: Error, CustomStringConvertible, Sendable {
  /// What happened, on the lowest rank where it did.
  public let failure: Failure

  /// The failure's sentence.
  public var description: String { failure.description }

  /// A failure that each rank has come to by itself, from the same numbers.
  public init(_ failure: Failure) { self.failure = failure }
}
