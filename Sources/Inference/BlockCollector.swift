internal import MPI

/// Rank zero's part of work that all ranks share. It deals blocks (see ``BlockPlan``) to all ranks,
/// takes in the blocks that other ranks have computed, and hands all blocks on in order.
///
/// Rank zero sends another rank a ``BlockOrder`` for each block. That rank sends the block back, or
/// leaves the block in a slot (see ``BlockSlots``) and sends an empty message. Each rank delivers its
/// blocks in the order of the orders.
final class BlockCollector {
  /// A block that this rank computes itself: the block's index, and the memory to compute it into.
  typealias OwnBlock = (number: Int, memory: BlockMemory)

  /// The error that the `receive` of ``serve(over:waits:receive:)`` has thrown; nil where it has thrown
  /// none. Blocks after the error are dropped.
  private(set) var failure: (any Error)?

  /// Whether every block has been handed on.
  var isComplete: Bool { deal.isComplete }

  private let plan: BlockPlan
  private let slots: BlockSlots
  private var deal: BlockDeal
  private var hasSentEnd = false

  /// The memory of each block that has been dealt and not handed on. Block n, counted from 0, is at
  /// index n modulo the window.
  private var ring: [BlockMemory?]

  /// Memory of blocks that have been handed on, for further blocks. The memory that was added last is
  /// used first, since it is still in cache.
  private var free: [BlockMemory] = []

  /// The number of slots that have been used so far.
  private var slotCount = 0

  /// Prepares to deal the blocks of `plan` to all ranks; some ranks leave their blocks in `slots`.
  init(_ plan: BlockPlan, _ slots: BlockSlots) {
    self.plan = plan
    self.slots = slots
    let ranks = slots.areUsed.count
    deal = BlockDeal(plan.blockCount, floatsPerBlock: plan.floatsPerBlock, ranks: ranks)
    ring = Array(repeating: nil, count: plan.window(ranks: ranks))
  }

  /// Deals at most `most` blocks to rank zero itself, which computes them and then calls ``deliver(_:)``.
  func dealOwn(atMost most: Int) -> [OwnBlock] {
    var blocks: [OwnBlock] = []
    while blocks.count < most, let block = deal.deal(to: 0) {
      blocks.append((block, assignMemory(to: block, of: 0)))
    }
    return blocks
  }

  /// Takes in blocks that rank zero has computed.
  func deliver(_ blocks: [OwnBlock]) throws {
    for block in blocks {
      try block.memory.complete()
      deal.deliver(from: 0)
    }
  }

  /// Takes in the blocks that other ranks have computed, deals new ones, and hands the blocks that are
  /// next in order to `receive`. What `receive` throws becomes ``failure``.
  ///
  /// If `waits` is true, the call also waits until the next block to be handed on has come: once
  /// the window is full, no other block can be dealt before.
  func serve(
    over communicator: borrowing Communicator, waits: Bool,
    receive: (Range<Int>, Span<Float>) throws -> Void
  ) throws {
    try exchange(over: communicator)
    if waits, !isComplete, !isNextReady {
      try takeIn(from: deal.owner(of: deal.handedOn))
    }
    while !isComplete, isNextReady {
      handOnNext(to: receive)
      try exchange(over: communicator)
    }
  }

  /// Tells the other ranks that no more blocks will be dealt, if they have not been told.
  func end(over communicator: borrowing Communicator) throws { try exchange(over: communicator) }

  /// Whether the next block to be handed on is here.
  private var isNextReady: Bool { memory(of: deal.handedOn)?.isReady ?? false }

  /// Takes in the blocks that have come, and deals new ones.
  private func exchange(over communicator: borrowing Communicator) throws {
    for rank in 1..<communicator.size {
      while let block = deal.nextDelivery(from: rank), try memory(of: block)!.isMessageDone() {
        try takeIn(from: rank)
      }
      while let block = deal.deal(to: rank) {
        let memory = assignMemory(to: block, of: rank)
        try memory.receive(from: rank, over: communicator)
        try slots.memoryBarrier()
        try BlockOrder(block: block, slot: memory.slot).send(to: rank, over: communicator)
      }
    }
    guard deal.isOver, !hasSentEnd else { return }
    hasSentEnd = true
    for rank in 1..<communicator.size { try BlockOrder.sendEnd(to: rank, over: communicator) }
  }

  /// Takes in the next block of `rank`, and waits for it if it has not come yet.
  private func takeIn(from rank: Int) throws {
    guard let block = deal.nextDelivery(from: rank) else { return }
    try memory(of: block)!.complete()
    try slots.memoryBarrier()
    deal.deliver(from: rank)
  }

  /// Hands the next block to `receive`, or drops it after a failure. No block is dealt after a failure.
  private func handOnNext(to receive: (Range<Int>, Span<Float>) throws -> Void) {
    let block = deal.handedOn
    let positions = plan.positions(ofBlock: block)
    let memory = memory(of: block)!
    do {
      try memory.handOn(positions.count * plan.width) { floats in
        if failure == nil { try receive(positions, floats) }
      }
    } catch {
      failure = error
      deal.stop()
    }
    ring[block % ring.count] = nil
    free.append(memory)
    deal.handOn()
  }

  /// The memory of `block`, which has not been handed on; nil where it has not even been dealt.
  private func memory(of block: Int) -> BlockMemory? { ring[block % ring.count] }

  private func assignMemory(to block: Int, of rank: Int) -> BlockMemory {
    let hasSlot = slots.areUsed[rank]
    let memory: BlockMemory
    if let known = free.lastIndex(where: { ($0.slot != nil) == hasSlot }) {
      memory = free.remove(at: known)
    } else if hasSlot {
      memory = BlockMemory(slot: slotCount, slots[slotCount])
      slotCount += 1
    } else {
      memory = BlockMemory(count: plan.floatsPerBlock)
    }
    ring[block % ring.count] = memory
    return memory
  }
}
