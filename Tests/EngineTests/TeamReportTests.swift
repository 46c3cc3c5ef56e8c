@testable import Engine
import Kernels
import Platform
import Ranks
import Testing

/// Losses, requests and verdicts in the memory of a team.
@Suite struct TeamReportTests {
  private static let (batch, ranks) = (6, 3)

  private struct Memory {
    let floats = Floats(TeamReport.count(batchSize: batch, ranks: ranks))
    let report: TeamReport

    init() { report = TeamReport(floats.vector, batchSize: batch) }
  }

  private let memory = Memory()
  private var report: TeamReport { memory.report }

  @Test("what any rank asks for, all are told", arguments: 0..<3, 0..<3)
  func requests(stopping: Int, saving: Int) {
    #expect(asked() == StepRequests())
    report.request(StepRequests(stop: true, save: stopping == saving), place: stopping)
    #expect(asked() == StepRequests(stop: true, save: stopping == saving))
    report.request(StepRequests(stop: stopping == saving, save: true), place: saving)
    #expect(asked() == StepRequests(stop: true, save: true))
    for place in 0..<3 { report.request(StepRequests(), place: place) }
    #expect(asked() == StepRequests())
  }

  private func asked() -> StepRequests {
    report.summarise(Self.batch)
    return report.result.requests
  }

  @Test("the result has the losses of the batch, and keeps nothing of them for a smaller one")
  func losses() {
    for position in 0..<Self.batch {
      report.found.losses[position, 0] = Float(position + 1)
      report.found.losses[position, 1] = Float(10 * (position + 1))
      report.found.losses[position, 2] = -1
    }
    report.summarise(4)
    let sum = report.result.sum(0..<4)
    #expect((sum.reconstruction, sum.divergence, sum.surplus, sum.count) == (10, 100, -4, 4))
    #expect(sum.mean.total == 2.5 + 25 - 1)
    #expect(report.result.sum(4..<6).reconstruction == 0)
    #expect(report.result.sum(1..<3).divergence == 50)
  }

  @Test("a verdict is of one place, until the next one", arguments: 0..<3)
  func verdicts(place: Int) {
    #expect(report.areSound(verdictsOf: [0, 1, 2]))
    report.setVerdict(false, place: place)
    #expect(!report.areSound(verdictsOf: [0, 1, 2]))
    #expect(report.areSound(verdictsOf: [0, 1, 2].filter { $0 != place }))
    #expect(report.areSound(verdictsOf: []))
    #expect(asked() == StepRequests())
    report.setVerdict(true, place: place)
    #expect(report.areSound(verdictsOf: [0, 1, 2]))
  }

  @Test("the ranges that teams send are of these losses, requests and verdict, and of no others")
  func ranges() {
    for position in 0..<Self.batch {
      report.found.losses[position, 0] = Float(position + 1)
      report.found.losses[position, 1] = -Float(position + 1)
      report.found.losses[position, 2] = 0.5
    }
    report.summarise(Self.batch)
    report.request(StepRequests(stop: true), place: 0)
    report.request(StepRequests(save: true), place: 1)
    for place in 0..<3 { report.setVerdict(false, place: place) }

    let other = Memory()
    let ranges = report.gatheredRanges(2..<4, places: 1..<3, verdictOf: 1)
    // Three parts of each loss, two requests of each, one verdict.
    #expect(ranges.map(\.count) == [6, 4, 1])
    for range in ranges { other.floats.vector[range].copy(from: memory.floats.vector[range]) }
    let losses = other.report.found.losses
    #expect((0..<6).map { losses[$0, 0] } == [0, 0, 3, 4, 0, 0])
    #expect((0..<6).map { losses[$0, 1] } == [0, 0, -3, -4, 0, 0])
    #expect((0..<6).map { losses[$0, 2] } == [0, 0, 0.5, 0.5, 0, 0])
    other.report.summarise(Self.batch)
    #expect(other.report.result.requests == StepRequests(save: true))
    #expect((0..<3).map { other.report.areSound(verdictsOf: [$0]) } == [true, false, true])
    #expect(report.gatheredRanges(0..<0, places: 0..<0, verdictOf: nil).allSatisfy { $0.isEmpty })
  }

  /// Code 70, which the help lists for a number that is not finite.
  @Test(
    "a step with a loss that is not finite is refused, with its number",
    arguments: [Float.nan, .infinity, -.infinity], [0, 1, 2])
  func notFinite(value: Float, column: Int) throws {
    report.result.losses[2, column] = value
    let failure = try #require(report.result.problem(3, step: 7)).failure
    #expect(failure.code == .disagreement && failure.code.rawValue == 70)
    #expect(
      failure.description.hasPrefix(
        "step 7: the loss or its gradient is not finite; the parameters"))
    #expect(!report.result.isSound(2..<3) && report.result.isSound(3..<6))
    // It is not among the first two.
    #expect(report.result.problem(2, step: 7) == nil)
  }

  @Test("a step with a loss beyond the limit is refused, with what it may be")
  func limit() throws {
    report.result.losses[2, 0] = 30
    report.result.losses[2, 1] = -9
    report.result.losses[2, 2] = 0.5
    #expect(report.result.isSound(0..<6))
    report.limit.nats = 21.5
    #expect(report.found.isSound(0..<6) && report.result.isSound(0..<6))
    report.limit.nats = 21.25
    #expect(
      !report.result.isSound(2..<3) && report.result.isSound(3..<6) && report.found.isSound(0..<6))
    #expect(
      try #require(report.result.problem(6, step: 7)).reason.description
        == "step 7: the loss of an image is 21.50 nats, where loss-limit allows 21.25")
  }
}
