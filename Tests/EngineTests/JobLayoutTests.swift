@testable import Engine
import Kernels
import Testing

@Suite struct JobLayoutTests {
  /// The layouts of all ranks of a job.
  private func ranks(_ sizes: [Int], threads: Int = 1) -> [JobLayout] {
    sizes.enumerated().flatMap { team, size in
      (0..<size).map {
        JobLayout(teamSizes: sizes, team: team, member: $0, threads: threads)
      }
    }
  }

  @Test("places follow one another, team after team")
  func places() {
    let ranks = ranks([2, 1, 3])
    #expect(ranks.map(\.place) == Array(0..<6))
    #expect(ranks.map(\.isLeader) == [true, false, true, true, false, false])
    #expect(ranks.allSatisfy { $0.rankCount == 6 && $0.teamCount == 3 })
  }

  @Test("there are as many lanes as the smallest team has ranks")
  func lanes() {
    #expect(ranks([2, 1, 3]).map(\.lane) == [0, nil, 0, 0, nil, nil])
    #expect(ranks([2, 3]).map(\.lane) == [0, 1, 0, 1, nil])
    #expect(ranks([2, 3]).allSatisfy { $0.laneCount == 2 })
  }

  @Test(
    "threads, ranks and teams each share a batch out", arguments: [1, 2, 3], [1, 5, 128, 1000])
  func shards(threads: Int, batch: Int) {
    let ranks = ranks([2, 1, 3], threads: threads)
    let whole = Array(0..<batch)
    #expect(
      ranks.flatMap { rank in
        (0..<threads).flatMap { rank.shard(ofThread: $0).part(of: 0..<batch) }
      } == whole)
    #expect((0..<6).flatMap { ranks[0].shard(ofPlace: $0).part(of: 0..<batch) } == whole)
    #expect((0..<3).flatMap { ranks[0].shard(ofTeam: $0).part(of: 0..<batch) } == whole)
    for (team, places) in ranks[0].teams.enumerated() {
      #expect(
        places.flatMap { ranks[0].shard(ofPlace: $0).part(of: 0..<batch) }
          == Array(ranks[0].shard(ofTeam: team).part(of: 0..<batch)))
      #expect(
        places.flatMap { place in
          (0..<threads).flatMap { ranks[place].teamShare(ofThread: $0).part(of: 0..<batch) }
        } == whole)
    }
  }
}
