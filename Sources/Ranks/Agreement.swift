internal import FoundationEssentials
internal import Images
package import MPI
public import Platform

extension Communicator {
  /// Does `work`, which may fail on some ranks, and fails on all ranks if it failed on one.
  ///
  /// Collective: every rank calls it, also one without work. If any rank fails, every rank throws the failure
  /// of the lowest rank that failed, so that no rank waits for one that has ended. A `SharedFailure` that
  /// `work` throws is rethrown at once, without a message to the others, so `work` must throw it on all ranks
  /// or on none.
  ///
  /// - Throws: `SharedFailure`; or `MPIError`, on this rank alone, since ranks whose MPI fails cannot
  ///   agree.
  package func together<Result>(_ work: () throws -> Result) throws -> Result {
    let outcome: Swift.Result<Result, any Error> = Swift.Result { try work() }
    if case .failure(let error as MPIError) = outcome { throw error }
    if case .failure(let error as SharedFailure) = outcome { throw error }
    let mine = outcome.failure
    let first = try RankActivity.own.during(.waitingForAll) {
      try allReduce(Int64(mine == nil ? size : rank), .min)
    }
    if first < Int64(size) { throw SharedFailure(try broadcast(encoded: mine, from: Int(first))) }
    return try outcome.get()
  }

  /// Does `work` on rank zero alone and sends the value, as JSON, to all ranks; collective.
  ///
  /// - Throws: on all ranks, `SharedFailure` with what `work` throws: see ``together(_:)``.
  package func valueOfRankZero<Value: Codable>(_ work: () throws -> Value) throws -> Value {
    let value = try together { rank == 0 ? try work() : nil }
    return try broadcast(value)
  }

  /// As ``together(_:)``, for work on data files of each node: where there are several nodes, the failure
  /// that a `DataError` becomes names the host. Collective.
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

  /// Sends rank zero's `value`, which must not be nil, to all ranks, as JSON; the other ranks' `value` is
  /// ignored. Collective.
  func broadcast<Value: Codable>(_ value: Value?) throws -> Value {
    try broadcast(encoded: value, from: 0)
  }

  /// Sends the `value` of rank `root`, which must not be nil, to all ranks, as JSON; the other ranks' `value`
  /// is ignored. Collective.
  func broadcast<Value: Codable>(encoded value: Value?, from root: Int) throws -> Value {
    let mine = rank == root ? value : nil
    var bytes = try mine.map { [UInt8](try JSONEncoder().encode($0)) } ?? []
    let length = try broadcast(Int64(bytes.count), from: root)
    if rank != root { bytes = [UInt8](repeating: 0, count: Int(length)) }
    var span = bytes.mutableSpan
    try broadcast(&span, from: root)
    return try JSONDecoder().decode(Value.self, from: Data(bytes))
  }
}

extension Result {
  /// The error as a failure, which has an exit code; nil where the work succeeded.
  fileprivate var failure: Platform.Failure? {
    guard case .failure(let error) = self else { return nil }
    return Platform.Failure(error)
  }
}

/// Which of the values that ranks have reported differ from the others.
package enum Dissent {
  /// The indices of those `values` that are not the value of the majority or, without a majority, not the
  /// first.
  package static func indices<Value: Hashable>(in values: [Value]) -> [Int] {
    let most = majority(of: values) ?? values.first
    return values.indices.filter { values[$0] != most }
  }

  /// The value that makes up more than half of `values`; nil where there is none.
  package static func majority<Value: Hashable>(of values: [Value]) -> Value? {
    var counts: [Value: Int] = [:]
    for value in values { counts[value, default: 0] += 1 }
    return counts.first { 2 * $0.value > values.count }?.key
  }
}

/// A failure that every rank of the job knows of, so that all ranks end together with one exit code.
public struct SharedFailure: CodedError, Sendable {
  /// What happened, on the lowest rank that failed.
  public let failure: Failure

  /// The failure's code.
  public var code: ExitCode { failure.code }

  /// The failure's sentence.
  public var sentence: Sentence { failure.sentence }

  /// A failure that all ranks of the job know of, and that each of them throws.
  package init(_ failure: Failure) { self.failure = failure }
}
