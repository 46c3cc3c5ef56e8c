public import Platform

/// A failure that every rank of the job knows of, so that all end together with one code.
public struct SharedFailure: CodedError, Sendable {
  /// What happened, on the lowest rank where it did.
  public let failure: Failure

  /// The failure's code.
  public var code: ExitCode { failure.code }

  /// The failure's sentence.
  public var sentence: Sentence { failure.sentence }

  /// A failure that each rank has come to by itself, from the same numbers.
  package init(_ failure: Failure) { self.failure = failure }
}
