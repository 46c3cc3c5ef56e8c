@testable import Engine
import Kernels
import Testing
import VAE

@Suite struct ExchangeChoiceTests {
  private static let layout = ParameterLayout(ModelConfiguration())

  private func choice(
    _ sizes: [Int], _ batch: Int, _ mode: ExchangeMode = .auto,
    change: (inout ExchangeTask) -> Void = { _ in }
  ) -> ExchangeChoice {
    let job = JobLayout(teamSizes: sizes, team: 0, member: 0, threads: 1)
    var task = ExchangeTask(job: job, layout: Self.layout, batchCounts: [batch, 7])
    change(&task)
    return ExchangeChoice(mode, task)
  }

  private static let reducing = ExchangeChoice.bucketCounts(teams: 2).map {
    ExchangeWay.allReduce(buckets: $0)
  }

  @Test("a lone team exchanges nothing, whatever was asked for", arguments: ExchangeMode.allCases)
  func alone(mode: ExchangeMode) {
    let choice = choice([3], 128, mode)
    #expect(choice.reason == .alone && choice.way == .alone)
  }

  @Test("a mode that was asked for is used", arguments: [64, 128, 2048])
  func asked(batch: Int) {
    let reduced = choice([1, 1, 1, 1], batch, .allReduce)
    #expect(reduced.reason == .asked && reduced.ways == Self.reducing && reduced.way == nil)
    let gathered = choice([1, 1, 1, 1], batch, .allGather)
    #expect(gathered.reason == .asked && gathered.way == .allGather)
  }

  @Test("only gradients are rounded")
  func rounded() {
    let choice = choice([1, 1], 128, change: { $0.wire = .bf16 })
    #expect(choice.reason == .asked && choice.way == .allReduce(buckets: 4))
  }

  @Test("numbers of buckets that come to the same are not tried both", arguments: [1, 2, 4, 8, 32])
  func buckets(ranks: Int) {
    let ways = choice([ranks, ranks], 8192, .allReduce).ways
    #expect(ways == (ranks < 8 ? Self.reducing : [.allReduce(buckets: 4)]))
  }

  /// 2,496 floats a sample beside 652,824 parameters.
  @Test(
    "exchanges that send about as many bytes are tried, the one with fewer first",
    arguments: [
      ([1, 1], 128, true), ([1, 1], 512, false), ([2, 2], 700, false), ([1, 1, 1], 256, true),
    ])
  func tried(sizes: [Int], batch: Int, gathersFirst: Bool) {
    let choice = choice(sizes, batch)
    #expect(choice.reason == .none && choice.way == nil)
    #expect(
      choice.ways == (gathersFirst ? [.allGather] + Self.reducing : Self.reducing + [.allGather]))
  }

  @Test("an exchange that sends more than twice the bytes is left out")
  func bytes() throws {
    let large = choice([1, 1], 2048)
    guard case .bytes(let times) = large.reason else {
      Issue.record("it is tried")
      return
    }
    #expect(large.ways == Self.reducing)
    #expect(abs(times - (2048 * 2496 + 652_824) / (2 * 652_824)) < 0.01)
    // Ten draws make the decoder's samples ten times as many.
    #expect(choice([1, 1], 512, change: { $0.draws = 10 }).ways == Self.reducing)
  }

  @Test(
    "an all-reduce that leaves a team without samples is left out",
    arguments: [([1, 1], 50), ([1, 1, 1], 128), ([1, 1, 1, 1], 128), ([3, 1], 128)])
  func idle(sizes: [Int], batch: Int) {
    let choice = choice(sizes, batch)
    #expect(choice.reason == .idleTeam && choice.way == .allGather)
  }
}
