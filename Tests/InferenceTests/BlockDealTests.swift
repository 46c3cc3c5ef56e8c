@testable import Inference
import Testing

/// The dealing of blocks to ranks that finish them in any order.
@Suite struct BlockDealTests {
  /// Plays a job in which one rank at a time, drawn at random with the weights `speeds`, acts.
  ///
  /// - Returns: the number of blocks that each rank has computed, and the most that were dealt and not
  ///   handed on.
  private func play(
    _ deal: inout BlockDeal, speeds: [Int], stopAt: Int? = nil
  ) throws -> (computed: [Int], most: Int) {
    var random = SystemRandomNumberGenerator()
    var ready: Set<Int> = []
    var (computed, most, expected) = ([Int](repeating: 0, count: speeds.count), 0, 0)
    let turns = speeds.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) }
    while !deal.isComplete {
      for rank in speeds.indices {
        while let block = deal.deal(to: rank) {
          #expect(block == expected)
          expected += 1
        }
      }
      most = max(most, deal.dealt - deal.handedOn)
      let rank = try #require(turns.randomElement(using: &random))
      if let block = deal.nextDelivery(from: rank) {
        #expect(deal.owner(of: block) == rank)
        deal.deliver(from: rank)
        computed[rank] += 1
        ready.insert(block)
      }
      while ready.remove(deal.handedOn) != nil {
        deal.handOn()
        if deal.handedOn == stopAt { deal.stop() }
      }
    }
    #expect(ready.isEmpty && expected == deal.blockCount && deal.isOver)
    return (computed, most)
  }

  @Test(
    "every block is computed once and handed on in order, within the window",
    arguments: [0, 1, 2, 7, 1000], [1, 2, 3, 8])
  func all(blocks: Int, ranks: Int) throws {
    var deal = BlockDeal(blocks, floatsPerBlock: 128 * 784, ranks: ranks)
    let (computed, most) = try play(&deal, speeds: Array(1...ranks))
    #expect(computed.reduce(0, +) == blocks && deal.handedOn == blocks)
    #expect(most <= deal.window)
  }

  @Test("a slow rank gets fewer blocks, and the others wait for no rank")
  func slow() throws {
    var deal = BlockDeal(20_000, floatsPerBlock: 128 * 784, ranks: 3)
    let (computed, _) = try play(&deal, speeds: [2, 2, 1])
    for (count, share) in zip(computed, [0.4, 0.4, 0.2]) {
      #expect(abs(Double(count) / 20_000 - share) < 0.04, "\(computed)")
    }
  }

  @Test("no rank has more than a few blocks; at the end none has two while another has none")
  func share() {
    var deal = BlockDeal(20, floatsPerBlock: 1, ranks: 2)
    let taken = (0..<8).map { _ in deal.deal(to: 1) }
    #expect(taken == [0, 1, 2, 3, 4, 5, 6, nil])
    for _ in 0..<5 { deal.deliver(from: 1) }
    while deal.dealt < 16 {
      deal.deliver(from: 1)
      #expect(deal.deal(to: 1) != nil)
      deal.handOn()
    }
    // Four are left, two for each, and the rank has two; when it has one it gets another.
    #expect(deal.deal(to: 1) == nil)
    deal.deliver(from: 1)
    #expect(deal.deal(to: 1) == 16)
    // Three are left, one for each.
    #expect([deal.deal(to: 0), deal.deal(to: 0), deal.deal(to: 1)] == [17, nil, nil])
    deal.deliver(from: 1)
    deal.deliver(from: 1)
    #expect([deal.deal(to: 1), deal.deal(to: 1)] == [18, nil])
  }

  @Test(
    "a deal that is stopped ends with the blocks that were dealt", arguments: [1, 2, 5], [1, 10])
  func stop(ranks: Int, at place: Int) throws {
    var deal = BlockDeal(1000, floatsPerBlock: 128 * 784, ranks: ranks)
    let (computed, _) = try play(
      &deal, speeds: Array(repeating: 1, count: ranks), stopAt: place)
    #expect(deal.handedOn == deal.blockCount && deal.blockCount < 1000)
    #expect(computed.reduce(0, +) == deal.blockCount)
  }

  @Test("a window takes a quarter of a GiB, or four blocks a rank")
  func window() {
    #expect(BlockDeal.window(floatsPerBlock: 128 * 784, ranks: 2) == 32)
    #expect(BlockDeal.window(floatsPerBlock: 128 * 784, ranks: 128) == 668)
    #expect(BlockDeal.window(floatsPerBlock: 1 << 30, ranks: 3) == 12)
    #expect(BlockDeal.window(floatsPerBlock: 128 * 784, ranks: 1000) == 4000)
  }
}
