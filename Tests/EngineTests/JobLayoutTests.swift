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
    "threads, ranks and teams each share a batch out",
    arguments: [BatchDivision.even, .bySubtrees, .byFewestSubtrees],
    [1, 5, 128, 1000])
  func shares(division: BatchDivision, batch: Int) {
    let ranks = ranks([2, 1, 3], threads: 2)
    let (whole, job) = (7..<7 + batch, ranks[0])
    let teams = (0..<3).map { job.positions(ofTeam: $0, in: whole, divided: division) }
    #expect(teams.flatMap { Array($0) } == Array(whole))
    #expect(
      (0..<6).flatMap { Array(job.positions(ofPlace: $0, in: whole, divided: division)) }
        == Array(whole))
    for (team, places) in job.teams.enumerated() {
      #expect(
        places.flatMap { Array(job.positions(ofPlace: $0, in: whole, divided: division)) }
          == Array(teams[team]))
      #expect(
        places.flatMap { place in
          (0..<2).flatMap { ranks[place].teamShare(ofThread: $0).part(of: teams[team]) }
        } == Array(teams[team]))
    }
  }

  @Test("an even division gives no rank two positions more than another", arguments: [1, 5, 128])
  func even(batch: Int) {
    let job = ranks([2, 1, 3])[0]
    let counts = (0..<6).map { job.positions(ofPlace: $0, in: 0..<batch, divided: .even).count }
    #expect(counts.max()! - counts.min()! <= 2)
  }

  /// What the documentation says of a division by subtrees.
  @Test(
    "teams have few and large subtrees",
    arguments: [
      ([1, 1], 128, [64, 64]), ([1, 1], 1000, [512, 488]), ([2, 2], 2048, [1024, 1024]),
      ([1, 1, 1], 2048, [768, 512, 768]), ([1, 1, 1, 1], 512, [128, 128, 128, 128]),
      ([1, 1, 1, 1], 1000, [256, 256, 256, 232]), ([3, 1], 2048, [1536, 512]),
      ([1, 1, 1, 1], 128, [64, 0, 64, 0]), ([1, 1], 50, [0, 50]), ([1, 1], 0, [0, 0]),
    ])
  func bySubtrees(sizes: [Int], batch: Int, expected: [Int]) {
    let job = ranks(sizes)[0]
    let counts = sizes.indices.map {
      job.positions(ofTeam: $0, in: 0..<batch, divided: .bySubtrees).count
    }
    #expect(counts == expected)
  }

  /// What the documentation says of the fewest subtrees.
  @Test(
    "a team has one subtree or none",
    arguments: [
      ([1, 1, 1], 2048, [1024, 0, 1024]), ([1, 1, 1], 1000, [512, 0, 488]),
      ([1, 1, 1, 1, 1], 2048, [512, 512, 0, 512, 512]), ([1, 1], 2048, [1024, 1024]),
      ([2, 2, 2, 2, 2, 2], 2048, [512, 0, 512, 512, 0, 512]), ([1, 1, 1], 64, [0, 64, 0]),
      ([1, 1, 1], 0, [0, 0, 0]),
    ])
  func uneven(sizes: [Int], batch: Int, expected: [Int]) {
    let parts = ranks(sizes)[0].parts(ofBatch: batch, divided: .byFewestSubtrees)
    #expect(parts.map(\.count) == expected)
  }

  @Test(
    "teams' parts are whole subtrees", arguments: [[1, 1, 1], [3, 1], [2, 1, 3, 1, 1]],
    [BatchDivision.bySubtrees, .byFewestSubtrees])
  func wholeParts(sizes: [Int], division: BatchDivision) {
    let job = ranks(sizes)[0]
    for batch in [1, 63, 64, 65, 200, 777, 1536, 4096, 10_000] {
      let tree = PositionTree(count: batch)
      let subtrees = sizes.indices.flatMap {
        tree.subtrees(of: job.positions(ofTeam: $0, in: 0..<batch, divided: division))
      }
      // Traps where subtrees do not make up the tree.
      #expect(tree.additions(of: subtrees).count == subtrees.count - 1)
    }
  }
}
