internal import Engine
internal import Images
internal import Kernels
internal import MPI
internal import Platform
internal import Ranks
internal import Synchronization
internal import VAE

/// Forward passes over any number of images or latents, shared by all ranks.
///
/// The positions are cut into chunks of one size, and a row's bits do not depend on the other rows of
/// its chunk: so results do not depend on the number of ranks and threads. ``BlockPlan`` tells how
/// positions are cut, ``BlockDeal`` which rank computes which of them.
struct ForwardPasses: ~Copyable {
  private let threads: ThreadPool
  private let workspaces: [Workspace]
  private let memory: Buffer<Float>
  private let isStopped: @Sendable () -> Bool

  /// The floats of memory that passes with `threads` threads take on a rank, with room for one block of
  /// images.
  static func floatCount(_ layout: ParameterLayout, threads: Int) -> Int {
    floatCount(layout, threads: threads, blocks: 1)
  }

  /// The floats of memory that passes with `threads` threads take on `rank` among `ranks` ranks, with room
  /// for as many blocks of images as the rank may have at a time.
  static func floatCount(
    _ layout: ParameterLayout, threads: Int, rank: Int, among ranks: Int
  ) -> Int {
    let plan = BlockPlan(
      count: 0, width: layout.configuration.pixels, chunksPerBlock: threads)
    return floatCount(
      layout, threads: threads,
      blocks: BlockDeal.mostInMemory(
        ofRank: rank, among: ranks, floatsPerBlock: plan.floatsPerBlock))
  }

  private static func floatCount(_ layout: ParameterLayout, threads: Int, blocks: Int) -> Int {
    let chunk = Workspace.capacity * layout.configuration.pixels
    return threads * (Workspace.floatCount(layout) + blocks * chunk)
  }

  /// Prepares passes with `parameters`, which the caller keeps alive, on `threads` threads of this rank,
  /// which is asked to stop where `isStopped` is true.
  ///
  /// - Throws: `Failure` where the system grants fewer threads.
  init(
    _ layout: ParameterLayout, _ parameters: Vector, threads: Int,
    isStopped: @escaping @Sendable () -> Bool
  ) throws {
    let count = Workspace.floatCount(layout)
    let memory = Buffer<Float>(repeating: 0, count: threads * count)
    workspaces = (0..<threads).map { number in
      Workspace(
        layout, parameters: parameters, memory: memory.vector[number * count..<(number + 1) * count]
      )
    }
    self.threads = try ThreadPool(threads)
    self.memory = memory
    self.isStopped = isStopped
  }

  /// Computes `width` floats for each of `count` positions and hands them to rank zero in order;
  /// collective. The memory that this takes does not grow with `count`.
  ///
  /// A rank that is asked to stop computes no more: it sends zeros, and so soon has taken what remains. In
  /// the end all ranks throw, and what was received is of no use.
  ///
  /// - Parameters:
  ///   - count: the number of positions.
  ///   - width: the number of floats for each position.
  ///   - chunkSize: the positions that a thread computes at a time, at most ``Workspace/capacity``.
  ///   - communicator: the ranks that compute.
  ///   - compute: fills the first rows of a matrix (chunkSize, width) for the positions of a chunk, on
  ///     any rank and thread, with that thread's workspace.
  ///   - receive: takes (positions, width) floats at a time, on rank zero's main thread. When it throws,
  ///     all ranks stop soon after.
  /// - Throws: on all ranks, what `receive` throws, or a failure with `stopped`, as a `SharedFailure`.
  func collect(
    _ count: Int, width: Int, chunkSize: Int = Workspace.capacity,
    among communicator: borrowing Communicator,
    compute: (Workspace, Range<Int>, Matrix) -> Void,
    receive: (Range<Int>, Span<Float>) throws -> Void
  ) throws {
    let plan = BlockPlan(
      count: count, width: width, chunksPerBlock: threads.count, chunkSize: chunkSize)
    let slots = try BlockSlots(
      plan.window(ranks: communicator.size), floatsPerSlot: plan.floatsPerBlock,
      among: communicator)
    let isStopped = isStopped
    func computeUnlessStopped(_ workspace: Workspace, _ positions: Range<Int>, _ results: Matrix) {
      if isStopped() { results.fill(0) } else { compute(workspace, positions, results) }
    }
    var failure: (any Error)?
    if communicator.rank == 0 {
      failure = try lead(plan, slots, over: communicator, compute: computeUnlessStopped) {
        try requireNotStopped()
        try receive($0, $1)
      }
    } else {
      try follow(plan, slots, over: communicator, compute: computeUnlessStopped)
    }
    try RankActivity.own.during(.waitingForAll) {
      try slots.free()
      try communicator.together {
        if let failure { throw failure }
        try requireNotStopped()
      }
    }
  }

  private func requireNotStopped() throws {
    if isStopped() { throw Failure.stopped }
  }

  /// Rank zero's part: it deals blocks to all ranks, computes some itself, and hands all blocks on.
  ///
  /// - Returns: the error that `receive` has thrown; nil where it has thrown none.
  private func lead(
    _ plan: BlockPlan, _ slots: BlockSlots, over communicator: borrowing Communicator,
    compute: (Workspace, Range<Int>, Matrix) -> Void,
    receive: (Range<Int>, Span<Float>) throws -> Void
  ) throws -> (any Error)? {
    let collector = BlockCollector(plan, slots)
    while !collector.isComplete {
      // Several blocks at a time, so that threads have work while the main thread hands blocks on.
      let blocks = collector.dealOwn(atMost: threads.count == 1 ? 1 : 3)
      var outcome: Result<Void, any Error> = .success(())
      fill(blocks, plan, compute: compute) {
        outcome = Result {
          guard blocks.isEmpty else {
            return try collector.serve(over: communicator, waits: false, receive: receive)
          }
          try RankActivity.own.during(.waitingForAll) {
            try collector.serve(over: communicator, waits: true, receive: receive)
          }
        }
      }
      try outcome.get()
      try collector.deliver(blocks)
    }
    try collector.end(over: communicator)
    return collector.failure
  }

  /// The other ranks' part: each computes the blocks that rank zero orders, until no more orders come.
  private func follow(
    _ plan: BlockPlan, _ slots: BlockSlots, over communicator: borrowing Communicator,
    compute: (Workspace, Range<Int>, Matrix) -> Void
  ) throws {
    var sent: [BlockMemory] = []
    while let order = try RankActivity.own.during(
      .waitingForAll, { try BlockOrder.receive(over: communicator) })
    {
      try slots.memoryBarrier()
      // Without slots, the first memory in the list whose block has been sent is used again, and
      // not the memory that has been free the longest: the first may still be in cache.
      let gone = try sent.first { try $0.slot == order.slot && $0.isMessageDone() }
      let memory =
        gone ?? order.slot.map { BlockMemory(slot: $0, slots[$0]) }
        ?? BlockMemory(count: plan.floatsPerBlock)
      if gone == nil { sent.append(memory) }
      try memory.complete()
      fill([(order.block, memory)], plan, compute: compute)
      try slots.memoryBarrier()
      try memory.send(over: communicator)
    }
    for memory in sent { try memory.complete() }
  }

  /// Computes `blocks`, each chunk on the first thread that is free; the main thread calls `duty`
  /// before it computes chunks, too.
  private func fill(
    _ blocks: [BlockCollector.OwnBlock], _ plan: BlockPlan,
    compute: (Workspace, Range<Int>, Matrix) -> Void, duty: () -> Void = {}
  ) {
    if !blocks.isEmpty { RankActivity.own.advance() }
    let size = plan.chunkSize * plan.width
    let chunks = blocks.flatMap { block in
      plan.chunks(ofBlock: block.number).enumerated().map { index, positions in
        (
          positions,
          block.memory.floats.matrix(
            at: index * size, rows: plan.chunkSize, columns: plan.width)
        )
      }
    }
    let taken = Atomic(0)
    threads.run { thread in
      if thread == 0 { duty() }
      while true {
        let next = taken.wrappingAdd(1, ordering: .relaxed).oldValue
        guard next < chunks.count else { return }
        compute(workspaces[thread], chunks[next].0, chunks[next].1)
      }
    }
  }
}
