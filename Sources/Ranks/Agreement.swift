internal import Images
package import MPI
internal import Platform

extension Communicator {
  /// Does `work`, which some ranks may fail at, and fails on all ranks where it failed on one.
  ///
  /// Collective: every rank calls it, whether or not it has work. Ranks whose part succeeded throw
  /// the failure of the lowest rank that failed, so that nobody waits for who is gone.
  ///
  /// - Throws: `SharedFailure`; or `MPIError`, which no agreement can mend.
  package func together<Result>(_ work: () throws -> Result) throws -> Result {
    let outcome: Swift.Result<Result, any Error> = Swift.Result { try work() }
    if case .failure(let error as MPIError) = outcome { throw error }
    if case .failure(let error as SharedFailure) = outcome { throw error }
    let mine = outcome.failure
    let first = try allReduce(Int64(mine == nil ? size : rank), .min)
    if first < Int64(size) { throw SharedFailure(try share(mine, from: Int(first))) }
    return try outcome.get()
  }

  /// ``together(_:)`` for work on what each node has of its own: where there are several, a failure
  /// names the host.
  func togetherOnNodes<Result>(_ work: () throws -> Result) throws -> Result {
    let node = try splitShared(key: rank)
    let isOneOfSeveral = node.size < size
    try node.free()
    return try together {
      do {
        return try work()
      } catch let error as DataError where isOneOfSeveral {
        let failure = Failure(error)
        throw Failure(failure.code, "on \(HostName.own), \(failure)")
      }
    }
  }

  /// Sends a failure from the rank that has it to all others.
  private func share(_ failure: Failure?, from root: Int) throws -> Failure {
    let failure = failure ?? Failure(.mpi, "")
    let code = try broadcast(failure.code.rawValue, from: root)
    let length = try broadcast(Int64(failure.description.utf8.count), from: root)
    var text =
      rank == root ? Array(failure.description.utf8) : Array(repeating: 0, count: Int(length))
    var span = text.mutableSpan
    try broadcast(&span, from: root)
    return Failure(ExitCode(rawValue: code) ?? .mpi, String(decoding: text, as: UTF8.self))
  }
}

extension Result {
  /// What went wrong, as a failure with its exit code.
  fileprivate var failure: Platform.Failure? {
    guard case .failure(let error) = self else { return nil }
    return Platform.Failure(error)
  }
}
