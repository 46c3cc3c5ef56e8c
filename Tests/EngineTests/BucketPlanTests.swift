@testable import Engine
import Testing

@Suite struct BucketPlanTests {
  private static let parts: [[Range<Int>]] = [
    [0..<64, 64..<128], [0..<512, 512..<1000], [0..<768, 768..<1280, 1280..<2048],
    [0..<1536, 1536..<2048], [0..<64, 64..<64, 64..<128], [0..<50, 50..<50], [0..<0, 0..<0],
    [0..<640, 640..<1408, 1408..<2048],
  ]

  @Test("the pieces of a bucket make it up, and those that add have equal ones", arguments: parts)
  func pieces(parts: [Range<Int>]) {
    for bucket in [0..<0, 5..<6, 16..<4711, 0..<314_400] {
      let plan = BucketPlan(bucket, parts: parts, rowsPerSample: 1)
      #expect(plan.pieces.count == parts.count)
      guard parts.last!.upperBound > 0 else { continue }
      #expect(plan.pieces.filter { !$0.isEmpty }.flatMap { Array($0) } == Array(bucket))
      let counts = plan.pieces.map(\.count).filter { $0 > 0 }
      #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 32 || bucket.count < 32)
    }
  }

  /// What a job sends in all, in buckets: 2 (N − 1) is what an all-reduce needs at least.
  @Test(
    "bytes",
    arguments: [
      ([0..<64, 64..<128], 2), ([0..<512, 512..<1000], 2), ([0..<1536, 1536..<2048], 2),
      ([0..<512, 512..<1024, 1024..<1536, 1536..<2048], 6),
      ([0..<768, 768..<1280, 1280..<2048], 6),
    ])
  func bytes(parts: [Range<Int>], buckets: Int) {
    let plan = BucketPlan(0..<48_000, parts: parts, rowsPerSample: 1)
    let teams = parts.indices
    #expect(teams.reduce(0) { $0 + plan.sentFloats($1) } == buckets * 48_000)
    #expect(teams.reduce(0) { $0 + plan.receivedFloats($1) } == buckets * 48_000)
  }

  @Test("a team that has more subtrees adds where it is, another one sends once")
  func adding() {
    let plan = BucketPlan(0..<1000, parts: [0..<1536, 1536..<2048], rowsPerSample: 1)
    #expect(plan.subtrees == [[0..<1024, 1024..<1536], [1536..<2048]])
    #expect(plan.pieces == [0..<1000, 1000..<1000])
    #expect(plan.addends(0) == 1000 && plan.addends(1) == 0)
    #expect(plan.messages(0) == 2 && plan.messages(1) == 2)
    #expect(plan.additions(in: 0).map { [$0.into, $0.from] } == [[1, 2], [0, 1]])
  }

  /// The rows of a sample follow one another; so the tree over rows is another one.
  @Test("a sample can have several rows")
  func rows() {
    let plan = BucketPlan(0..<1000, parts: [0..<512, 512..<1000], rowsPerSample: 5)
    #expect(plan.subtrees == [[0..<2048, 2048..<2560], [2560..<3072, 3072..<4096, 4096..<5000]])
    #expect(plan.heldSubtrees(of: 1) == [0..<512, 512..<1536, 1536..<2440])
  }

  /// A team without subtrees has as much to send and receive as others have if it adds up its piece, too.
  @Test("a team that has no subtree adds, where that spares the others")
  func resting() {
    let plan = BucketPlan(
      0..<48_000, parts: [0..<1024, 1024..<1024, 1024..<2048], rowsPerSample: 1)
    #expect(plan.pieces == [0..<16_000, 16_000..<32_000, 32_000..<48_000])
    #expect((0..<3).map(plan.sentFloats) == [64_000, 32_000, 64_000])
    #expect((0..<3).map(plan.receivedFloats) == [48_000, 64_000, 48_000])
  }

  @Test("the sum of a team ends up in its first gradient", arguments: parts.dropLast(2))
  func home(parts: [Range<Int>]) {
    let plan = BucketPlan(0..<1000, parts: parts, rowsPerSample: 1)
    var home = 0
    for team in parts.indices {
      let additions = plan.additions(in: team)
      if let last = additions.last {
        #expect(last.into == (plan.subtrees[team].isEmpty ? 0 : home))
        // Nothing is used after it was added to something else.
        for (number, addition) in additions.enumerated() {
          let later = additions[(number + 1)...]
          #expect(!later.contains { $0.into == addition.from || $0.from == addition.from })
        }
      }
      home += plan.subtrees[team].count
    }
  }
}
