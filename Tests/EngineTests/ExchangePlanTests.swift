@testable import Engine
import Testing
import VAE

@Suite struct ExchangePlanTests {
  private static let layout = LocalTeams.layout
  private static let all = layout.tiles.map(\.number)
  private static let jobs = [
    [1, 1], [2, 2], [2, 3], [3, 1, 2], [Int](repeating: 1, count: 12),
  ]

  /// The plan of each rank, by team and member.
  private func plans(
    _ sizes: [Int], _ way: ExchangeWay, threads: Int = 1
  ) -> [[ExchangePlan]] {
    sizes.enumerated().map { team, size in
      (0..<size).map { member in
        let job = JobLayout(teamSizes: sizes, team: team, member: member, threads: threads)
        return ExchangePlan(
          way, ExchangeTask(job: job, layout: Self.layout, batchCounts: [LocalTeams.batch]))
      }
    }
  }

  private func numbers(_ plan: ExchangePlan) -> [Int] {
    plan.order.tiles.joined().joined().map(\.tile.number)
  }

  @Test("a lone team's ranks share the tiles", arguments: [1, 2, 5])
  func alone(size: Int) {
    let plans = plans([size], .alone)[0]
    #expect(plans.flatMap(numbers).sorted() == Self.all)
    #expect(plans.allSatisfy { !$0.sharesTiles && $0.holdsWholeBatch })
  }

  @Test(
    "with all-gather each tile is one rank's, and all ranks of a lane know whose", arguments: jobs)
  func shared(sizes: [Int]) {
    let plans = plans(sizes, .allGather)
    #expect(plans.joined().flatMap(numbers).sorted() == Self.all)
    for (team, ranks) in plans.enumerated() {
      for (member, plan) in ranks.enumerated() {
        #expect(plan.sharesTiles && plan.holdsWholeBatch)
        #expect(plan.tiles[team].map(\.number).sorted() == numbers(plan).sorted())
        guard member < sizes.min()! else {
          #expect(plan.tiles.allSatisfy { $0.isEmpty }, "it is in no lane")
          continue
        }
        for (other, tiles) in plan.tiles.enumerated() {
          #expect(tiles.map(\.number) == plans[other][member].tiles[other].map(\.number))
        }
      }
    }
  }

  @Test("with all-reduce the ranks of each team have all tiles, a lane the same", arguments: jobs)
  func reduced(sizes: [Int]) {
    let plans = plans(sizes, .allReduce(buckets: 4))
    for ranks in plans {
      #expect(ranks.flatMap(numbers).sorted() == Self.all)
      #expect(ranks.allSatisfy { !$0.sharesTiles && !$0.holdsWholeBatch })
      for (plan, first) in zip(ranks, plans[0]) {
        #expect(plan.order.buckets == first.order.buckets)
        #expect(plan.tiles.map { $0.map(\.number) } == first.tiles.map { $0.map(\.number) })
      }
    }
  }

  @Test(
    "threads share a rank's tiles, each at its own place",
    arguments: [ExchangeWay.allReduce(buckets: 4), .allGather])
  func threads(way: ExchangeWay) {
    for (team, plan) in plans([1, 1], way, threads: 3).joined().enumerated() {
      #expect(numbers(plan).sorted() == plan.tiles[team].map(\.number).sorted())
      var used: [Int: Int] = [:]
      var sharedPlaces = 0
      for (thread, buckets) in plan.order.tiles.enumerated() {
        for (tile, offset) in buckets.joined() {
          for place in offset..<offset + tile.range.count {
            if used.updateValue(thread, forKey: place) ?? thread != thread { sharedPlaces += 1 }
          }
        }
      }
      #expect(sharedPlaces == 0 && used.count > 0)
      #expect(used.keys.allSatisfy { $0 < plan.floats })
    }
  }
}
