import Images
import Kernels
import Testing

@Suite struct ShardTests {
  @Test(arguments: 1...9, [0, 1, 2, 7, 8, 9, 96, 128, 60_000])
  func parts(rankCount: Int, count: Int) {
    let whole = 1000..<1000 + count
    let shards = (0..<rankCount).map { Shard(rank: $0, of: rankCount) }
    let parts = shards.map { $0.part(of: whole) }
    #expect(parts[0].lowerBound == whole.lowerBound)
    #expect(parts[rankCount - 1].upperBound == whole.upperBound)
    for (part, next) in zip(parts, parts.dropFirst()) {
      #expect(part.upperBound == next.lowerBound)
    }
    let sizes = parts.map(\.count)
    #expect(sizes.max()! - sizes.min()! <= 1)
    #expect(sizes.count { $0 == 0 } == max(0, rankCount - count))
  }

  /// Parts that begin at multiples of a unit.
  @Test(arguments: 1...9, [1, 6])
  func units(rankCount: Int, unit: Int) {
    for count in [0, 1, 5, 6, 7, 60, 96, 127, 128, 130] {
      let whole = 1000..<1000 + count
      let parts = (0..<rankCount).map {
        Shard(rank: $0, of: rankCount, unit: unit).part(of: whole)
      }
      #expect(parts.flatMap { Array($0) } == Array(whole))
      let starts = parts.filter { !$0.isEmpty }.map { $0.lowerBound - whole.lowerBound }
      #expect(starts.allSatisfy { $0.isMultiple(of: unit) })
    }
  }

  @Test func relative() {
    #expect((105..<110).relative(to: 100..<128) == 5..<10)
    #expect((100..<100).relative(to: 100..<128) == 0..<0)
  }

  @Test func mistakes() async {
    await #expect(processExitsWith: .failure) { _ = Shard(rank: 2, of: 2) }
    await #expect(processExitsWith: .failure) { _ = Shard(rank: -1, of: 2) }
    await #expect(processExitsWith: .failure) { _ = Shard(rank: 0, of: 0) }
  }
}
