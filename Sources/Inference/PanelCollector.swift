internal import MPI

/// Rank zero's part of work that all ranks share: it deals blocks to the others, takes in what they
/// made of them, and hands all on in order.
///
/// A rank is given a ``PanelOrder`` and sends the block back, or leaves it in a slot and sends word
/// of that; blocks come from a rank in the order in which they were ordered.
final class PanelCollector {
  /// Why `receive` took no more; what comes after is dropped.
  private(set) var failure: (any Error)?

  /// Whether every block has been handed on.
  var isComplete: Bool { deal.isComplete }

  private let plan: PanelPlan
  private let slots: PanelSlots
  private var deal: PanelDeal
  private var hasToldEnd = false

  /// The memory of the blocks from `deal.handed` on, by their number modulo the window.
  private var ring: [PanelBlock?]

  /// Memory of blocks that have been handed on. The last of it is used first: it is still in cache.
  private var free: [PanelBlock] = []

  /// The slots that have been used so far.
  private var slotCount = 0

  /// Plans the work of all ranks, of which some have `slots`.
  init(_ plan: PanelPlan, _ slots: PanelSlots) {
    self.plan = plan
    self.slots = slots
    let ranks = slots.areUsed.count
    deal = PanelDeal(plan.blocks, of: plan.floats, ranks: ranks)
    ring = Array(repeating: nil, count: plan.window(ranks: ranks))
  }

  /// Takes up to `most` blocks that rank zero shall compute itself; ``deliver(_:)`` gives them
  /// back.
  func take(most: Int) -> [(number: Int, memory: PanelBlock)] {
    var blocks: [(number: Int, memory: PanelBlock)] = []
    while blocks.count < most, let block = deal.take(for: 0) {
      blocks.append((block, assignMemory(to: block, for: 0)))
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
    if waits, !isComplete, !isReady {
      try takeIn(from: deal.owner(of: deal.handed))
    }
    while !isComplete, isReady {
      handOn(to: receive)
      try exchange(over: communicator)
    }
  }

  /// Tells the other ranks that there are no more blocks, where they have not been told.
  func end(over communicator: borrowing Communicator) throws { try exchange(over: communicator) }

  /// Whether the next block to be handed on is here.
  private var isReady: Bool { memory(of: deal.handed)?.isReady ?? false }

  /// Takes in what has come, and deals new blocks.
  private func exchange(over communicator: borrowing Communicator) throws {
    for rank in 1..<communicator.size {
      while let block = deal.first(of: rank), try memory(of: block)!.hasArrived() {
        try takeIn(from: rank)
      }
      while let block = deal.take(for: rank) {
        let memory = assignMemory(to: block, for: rank)
        try memory.receive(from: rank, over: communicator)
        try slots.sync()
        try PanelOrder(block: block, slot: memory.slot).give(to: rank, over: communicator)
      }
    }
    guard deal.isOver, !hasToldEnd else { return }
    hasToldEnd = true
    for rank in 1..<communicator.size { try PanelOrder.giveNone(to: rank, over: communicator) }
  }

  private func takeIn(from rank: Int) throws {
    guard let block = deal.first(of: rank) else { return }
    try memory(of: block)!.complete()
    try slots.sync()
    deal.deliver(from: rank)
  }

  private func handOn(to receive: (Range<Int>, Span<Float>) throws -> Void) {
    let positions = plan.positions(ofBlock: deal.handed)
    let memory = memory(of: deal.handed)!
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

  /// The memory of a block; nil where it has not been dealt.
  private func memory(of block: Int) -> PanelBlock? { ring[block % ring.count] }

  private func assignMemory(to block: Int, for rank: Int) -> PanelBlock {
    let hasSlot = slots.areUsed[rank]
    let memory: PanelBlock
    if let known = free.lastIndex(where: { ($0.slot != nil) == hasSlot }) {
      memory = free.remove(at: known)
    } else if hasSlot {
      memory = PanelBlock(slot: slotCount, slots[slotCount])
      slotCount += 1
    } else {
      memory = PanelBlock(count: plan.floats)
    }
    ring[block % ring.count] = memory
    return memory
  }
}
