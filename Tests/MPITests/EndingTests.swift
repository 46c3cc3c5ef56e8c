import Foundation
@testable import MPI
import Support
import Testing

/// Jobs in which a rank fails. They must end soon, with an error, though other ranks wait for that
/// rank.
@Suite struct EndingTests {
  /// The time limit of a job in seconds. Jobs take less than two; one that hangs is ended by it.
  let limit = 20

  @Test("a rank that throws ends the job with its status", arguments: 1...4)
  func throwing(ranks: Int) throws {
    let outcome = try Probe(["one-rank-throws"], ranks: ranks).run(seconds: limit)
    #expect(outcome.status == 71)
    #expect(outcome.reported.contains("rank \(ranks - 1) of \(ranks): this rank fails on purpose"))
    #expect(outcome.reported.contains("a request for Float was dropped"))
    #expect(!outcome.reported.contains("did not wait"))
  }

  @Test("a rank with an uncaught error ends the job", arguments: 1...4)
  func uncaught(ranks: Int) throws {
    let outcome = try Probe(["uncaught"], ranks: ranks).run(seconds: limit)
    #expect(outcome.failedInTime)
    #expect(outcome.reported.contains("this error is not caught"))
  }

  @Test("a communicator that is used after finalize() ends the job", arguments: 1...2)
  func afterTheEnd(ranks: Int) throws {
    let outcome = try Probe(["after-the-end"], ranks: ranks).run(seconds: limit)
    #expect(outcome.failedInTime)
    #expect(outcome.reported.contains("Allreduce"))
    #expect(!outcome.reported.contains("a sum after finalize()"))
  }

  @Test("an expectation that does not hold ends the job and is named", arguments: 1...4)
  func differing(ranks: Int) throws {
    let outcome = try Probe(["differs"], ranks: ranks).run(seconds: limit)
    #expect(outcome.status == 71)
    #expect(
      outcome.reported.contains(
        "rank \(ranks - 1) of \(ranks): a sum: element 1 of 2 is \(ranks * (ranks - 1) / 2), "
          + "expected -1"))
  }

  @Test("a thread level below the required one is refused", arguments: ThreadLevel.allCases)
  func threads(cap: ThreadLevel) throws {
    let probe = Probe(["life"], ["serialized"], ranks: 2)
    let environment = ["MPI_PROBE_THREADS": "\(cap.code)"]
    guard cap < .serialized else { return try probe.expectToHold(environment: environment) }
    let outcome = try probe.run(seconds: limit, environment: environment)
    #expect(outcome.failedInTime)
    #expect(
      outcome.reported.contains(
        "MPI_Init_thread failed: thread level serialized was asked for and \(cap) provided"))
  }
}
