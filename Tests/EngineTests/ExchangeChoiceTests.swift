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

  /// 2,499 floats a sample beside 652,824 parameters.
  @Test(
    "exchanges that send about as many bytes are tried, the one with fewer first",
    arguments: [
      ([1, 1], 128, true), ([1, 1], 512, false), ([2, 2], 512, false), ([1, 1, 1, 1], 256, true),
    ])
  func tried(sizes: [Int], batch: Int, gathersFirst: Bool) {
    let choice = choice(sizes, batch)
    #expect(choice.reason == .none && choice.way == nil)
    #expect(
      choice.ways == (gathersFirst ? [.allGather] + Self.reducing : Self.reducing + [.allGather]))
  }

  /// Three teams have 3, 2 and 3 eighths of 2,048 samples or, uneven, 1, 0 and 1 halves.
  @Test("shares may be uneven where that saves bytes", arguments: [3, 5, 6, 7, 12])
  func uneven(teams: Int) {
    let ways = choice(Array(repeating: 1, count: teams), 2048, .allReduce).ways
    let counts = ExchangeChoice.bucketCounts(teams: teams)
    #expect(
      ways
        == [true, false].flatMap { uneven in
          counts.map { .allReduce(buckets: $0, uneven: uneven) }
        })
  }

  @Test("an exchange that sends more than twice the bytes is left out")
  func bytes() throws {
    let large = choice([1, 1], 2048)
    guard case .bytes(let times) = large.reason else {
      Issue.record("it is tried")
      return
    }
    #expect(large.ways == Self.reducing)
    #expect(abs(times - (2048 * 2499 + 652_824) / (2048 * 3 + 2 * 652_824)) < 0.05)
    // Ten draws make the decoder's samples ten times as many.
    #expect(choice([1, 1], 512, change: { $0.draws = 10 }).ways == Self.reducing)
  }

  /// With an all-reduce some teams have no part of the tree then. Few teams gain more from sharing the
  /// samples; but between many it costs each of them all samples.
  @Test("teams without samples are no reason against an all-reduce")
  func idle() {
    for (sizes, batch) in [([1, 1], 50), ([1, 1, 1], 128), ([1, 1, 1, 1], 128), ([3, 1], 128)] {
      #expect(Set(choice(sizes, batch).ways.map(\.mode)).count == 2)
    }
    // However many bytes they are, each of these would compute a 64th of the batch instead of a 32nd.
    let many = choice(Array(repeating: 32, count: 64), 2048)
    #expect(many.reason == .none && many.ways.last == .allGather)
    #expect(choice(Array(repeating: 1, count: 32), 512).ways.contains(.allGather))
    #expect(!choice(Array(repeating: 1, count: 32), 2048).ways.contains(.allGather))
  }
}
