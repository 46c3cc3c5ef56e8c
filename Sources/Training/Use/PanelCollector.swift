internal import MPI

/// Rank zero's part of work that all ranks share: it deals blocks to the others, takes in what they
/// made of them, and hands all on in order.
///
/// A rank is told the number of a block and sends the block back; blocks come from a rank in the order
/// in which it was told of them. `noBlock` tells it that there are no more.
final class PanelCollector {
  /// What a rank is told in place of a block's number when there are no more.
  static let noBlock: Int64 = -1

  /// Why `receive` took no more; what comes after is dropped.
  private(set) var failure: (any Error)?

  /// Whether every block has been handed on.
  var isComplete: Bool { deal.isComplete }

  private let plan: PanelPlan
  private var deal: PanelDeal
  private var hasToldEnd = false

  /// The memory of the blocks from `deal.handed` on, by their number modulo the window.
  private var ring: [PanelBlock?]

  /// Memory of blocks that have been handed on. The last of it is used first: it is still in cache.
  private var free: [PanelBlock] = []

  /// Plans the work of `ranks` ranks.
  init(_ plan: PanelPlan, ranks: Int) {
    self.plan = plan
    deal = PanelDeal(plan.blocks, of: plan.floats, ranks: ranks)
    ring = Array(repeating: nil, count: min(deal.window, plan.blocks))
  }

  /// Takes up to `most` blocks that rank zero shall compute itself; ``deliver(_:)`` gives them back.
  func take(most: Int) -> [(number: Int, memory: PanelBlock)] {
    var blocks: [(number: Int, memory: PanelBlock)] = []
    while blocks.count < most, let block = deal.take(for: 0) {
      blocks.append((block, memory(of: block)))
    }
    return blocks
  }

  /// Takes in blocks that rank zero has computed.
  func deliver(_ blocks: [(number: Int, memory: PanelBlock)]) throws {
    for block in blocks {
      try block.memory.complete()
      deal.deliver(from: 0)
    }
  }

  /// Exchanges blocks with the other ranks and hands on all that can be.
  ///
  /// With `waits` it waits for the next block, if that has not come: the others' turn depends on
  /// it, too, where the window is at its end.
  func serve(
    over communicator: borrowing Communicator, waits: Bool,
    receive: (Range<Int>, Span<Float>) throws -> Void
  ) throws {
    try exchange(over: communicator)
    if waits, !isComplete, !memory(of: deal.handed).isReady {
      try takeIn(from: deal.owner(of: deal.handed))
    }
    while !isComplete, memory(of: deal.handed).isReady {
      handOn(to: receive)
      try exchange(over: communicator)
    }
  }

  /// Tells the other ranks that there are no more blocks, where they have not been told.
  func end(over communicator: borrowing Communicator) throws { try exchange(over: communicator) }

  /// Takes in what has come, and deals new blocks.
  private func exchange(over communicator: borrowing Communicator) throws {
    for rank in 1..<communicator.size {
      while let block = deal.first(of: rank), try memory(of: block).hasArrived() {
        try takeIn(from: rank)
      }
      while let block = deal.take(for: rank) {
        try memory(of: block).receive(from: rank, over: communicator)
        try communicator.send([Int64(block)].span, to: rank)
      }
    }
    guard deal.isOver, !hasToldEnd else { return }
    hasToldEnd = true
    for rank in 1..<communicator.size { try communicator.send([Self.noBlock].span, to: rank) }
  }

  private func takeIn(from rank: Int) throws {
    guard let block = deal.first(of: rank) else { return }
    try memory(of: block).complete()
    deal.deliver(from: rank)
  }

  private func handOn(to receive: (Range<Int>, Span<Float>) throws -> Void) {
    let positions = plan.positions(ofBlock: deal.handed)
    let memory = memory(of: deal.handed)
    do {
      try memory.hand(positions.count * plan.width) { floats in
        if failure == nil { try receive(positions, floats) }
      }
    } catch {
      failure = error
      deal.stop()
    }
    ring[deal.handed % ring.count] = nil
    free.append(memory)
    deal.hand()
  }

  private func memory(of block: Int) -> PanelBlock {
    let place = block % ring.count
    if let known = ring[place] { return known }
    let memory = free.popLast() ?? PanelBlock(count: plan.floats)
    ring[place] = memory
    return memory
  }
}
