@testable import Engine
import Testing
import VAE

@Suite struct ExchangeLoadTests {
  private func load(_ sizes: [Int], _ way: ExchangeWay, batch: Int) -> ExchangeLoad {
    let job = JobLayout(teamSizes: sizes, team: 0, member: 0, threads: 1)
    return ExchangeLoad(
      way, ExchangeTask(job: job, layout: LocalTeams.layout, batchCounts: [batch]))
  }

  @Test(
    "what teams are said to send is what they send",
    arguments: [[1, 1], [2, 2], [1, 1, 1], [3, 1, 2], [2, 3], [1, 1, 1, 1, 1]],
    [ExchangeMode.allReduce, .allGather])
  func traffic(sizes: [Int], mode: ExchangeMode) throws {
    for (number, way) in LocalTeams.ways(sizes, mode).enumerated() {
      try expectTraffic(load(sizes, way, batch: LocalTeams.batch), sizes, mode, way: number)
    }
  }

  /// Expects teams that exchange in `way` number so many to send what `load` says.
  private func expectTraffic(
    _ load: ExchangeLoad, _ sizes: [Int], _ mode: ExchangeMode, way: Int
  ) throws {
    // Moments, too, travel at the end, but not in a step.
    let outcomes = try (1...2).map {
      try LocalTeams(sizes: sizes, mode: mode, way: way, steps: $0).train()
    }
    let step = { (figure: (LocalNetwork.Traffic) -> Int, lanes: Range<Int>) in
      sizes.indices.map { team in
        let totals = outcomes.map { $0[team].traffic[lanes].reduce(0) { $0 + figure($1) } }
        return totals[1] - totals[0]
      }
    }
    let all = 0..<sizes.min()!
    let (sent, received) = (step(\.sentBytes, all), step(\.receivedBytes, all))
    // Two requests and a verdict of each rank go to all teams.
    let flags = 4 * sizes.count * sizes.reduce(0, +) * 3
    #expect((0..<flags).contains((sent + received).max()! - load.bytes))
    #expect(step(\.messages, 0..<1).max() == load.messages)
  }

  @Test("who computes what")
  func work() {
    let reduced = load([1, 1], .allReduce(buckets: 4), batch: 256)
    let count = LocalTeams.layout.tiles.reduce(0) { $0 + $1.range.count }
    #expect(reduced.rankSamples == 128 && reduced.gradientSamples == 128)
    #expect(reduced.parameters == count)
    let gathered = load([1, 1], .allGather, batch: 256)
    #expect(gathered.rankSamples == 128 && gathered.gradientSamples == 256)
    #expect(abs(gathered.parameters - count / 2) < count / 10)
    #expect(gathered.firstBucket == 1 && gathered.lastBucket == 1)
  }

  /// Each of the two that compute sends two thirds of its gradient, and a third of the sum to both others:
  /// 4/3.
  @Test("uneven shares save bytes")
  func uneven() {
    let size = 4 * LocalTeams.layout.tiles.reduce(0) { $0 + $1.range.count }
    let losses = 12 * 2 * 512
    let loads = [true, false].map {
      load([1, 1, 1], .allReduce(buckets: 4, uneven: $0), batch: LocalTeams.batch)
    }
    #expect(loads[0].rankSamples == 512 && loads[1].rankSamples < 275)
    #expect(abs(loads[0].bytes - (4 * size / 3 + losses)) < size / 20)
    #expect(loads[1].bytes > 16 * size / 10)
  }

  /// The tiles of a rank are at most so many buckets; one cannot travel while another is computed.
  @Test("many ranks have few buckets")
  func buckets() throws {
    let layout = ParameterLayout(ModelConfiguration())
    let few = try #require(
      ExchangeLoad.all(teams: 2, ranks: 1, batchSize: 4096, layout: layout).last)
    #expect(few.way == .allReduce(buckets: 12))
    #expect(few.firstBucket < 0.15 && few.lastBucket < 0.15)
    let many = ExchangeLoad.all(teams: 2, ranks: 32, batchSize: 4096, layout: layout)
    #expect(many.map(\.way) == [.allReduce(buckets: 4)])
    #expect(many[0].lastBucket > 0.3)
  }
}
