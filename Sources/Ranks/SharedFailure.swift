package import Platform

/// A failure that every rank of the job knows of, so that all end together with one code.
package struct SharedFailure: Error, CustomStringConvertible, Sendable {
  /// What happened, on the lowest rank where it did.
  package let failure: Failure

  /// The failure's sentence.
  package var description: String { failure.description }

  /// A failure that each rank has come to by itself, from the same numbers.
  package init(_ failure: Failure) { self.failure = failure }
}
