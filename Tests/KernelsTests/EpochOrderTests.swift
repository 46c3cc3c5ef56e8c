import Kernels
import Testing

@Suite struct EpochOrderTests {
  @Test(arguments: [1, 2, 3, 10, 1000, 60_000])
  func permutation(count: Int) {
    let order = EpochOrder(count: count, seed: 1, epoch: 1)
    #expect(order.images.sorted() == (0..<UInt32(count)).map { $0 })
    #expect(EpochOrder(count: count, seed: 1, epoch: 1).images == order.images)
  }

  @Test func ofSeedAndEpoch() {
    let orders = [(1, 1), (1, 2), (2, 1), (1 << 32 + 1, 1), (1, 10)].map { seed, epoch in
      EpochOrder(count: 1000, seed: seed, epoch: epoch).images
    }
    #expect(Set(orders).count == 5)
    // Independent permutations agree in one place on average.
    for order in orders.dropFirst() {
      #expect(zip(order, orders[0]).count { $0 == $1 } < 8)
    }
  }

  /// What Philox and the shuffle give when written in Python: a run that is resumed by a later
  /// version must go on in the order that it began with.
  @Test func known() {
    #expect(EpochOrder(count: 10, seed: 1, epoch: 1).images == [4, 1, 2, 0, 6, 3, 5, 9, 7, 8])
    #expect(
      EpochOrder(count: 12, seed: 7 << 32 | 5, epoch: 3).images
        == [10, 1, 2, 9, 6, 4, 3, 8, 7, 11, 0, 5])
    #expect(
      EpochOrder(count: 60_000, seed: 1, epoch: 10).images.prefix(8)
        == [38714, 35026, 46108, 40473, 21572, 23452, 38910, 32916])
  }

  /// Pearson's chi-square of the 24 orders of four images over 24,000 epochs. With 23 degrees of
  /// freedom it lies in 5.6…56 but once in 10,000 times.
  @Test(arguments: [1, 2])
  func everyOrderAsOften(seed: UInt64) {
    var counts: [[UInt32]: Int] = [:]
    for epoch in 1...24_000 {
      counts[EpochOrder(count: 4, seed: seed, epoch: epoch).images, default: 0] += 1
    }
    #expect(counts.count == 24)
    let chiSquare = counts.values.reduce(0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 }
    #expect((5.6...56).contains(chiSquare))
  }

  /// The same of each image at each place, with 81 degrees of freedom.
  @Test func everyImageEverywhere() {
    var counts = [Int](repeating: 0, count: 100)
    for seed in 1...10_000 as ClosedRange<UInt64> {
      for (place, image) in EpochOrder(count: 10, seed: seed, epoch: 1).images.enumerated() {
        counts[10 * place + Int(image)] += 1
      }
    }
    let chiSquare = counts.reduce(0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 }
    #expect((42...134).contains(chiSquare))
  }

  @Test(arguments: [0, 1, 5])
  func unshuffled(count: Int) {
    #expect(EpochOrder(unshuffled: count).images == (0..<UInt32(count)).map { $0 })
  }

  @Test(
    "of many images some that are spread evenly are chosen, of few all",
    arguments: [
      (most: 10, count: 3, images: [0, 1, 2] as [UInt32]), (3, 3, [0, 1, 2]), (2, 3, [0, 1]),
      (4, 10, [0, 2, 5, 7]), (1, 70_000, [0]),
    ])
  func spread(most: Int, count: Int, images: [UInt32]) {
    #expect(EpochOrder(spread: most, over: count).images == images)
  }
}
