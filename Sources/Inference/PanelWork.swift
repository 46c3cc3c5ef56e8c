internal import Engine
internal import Images
internal import Kernels
internal import MPI
internal import Ranks
internal import Synchronization
internal import VAE

/// Forward passes over any number of images or latents, shared by all ranks.
///
/// The work is cut into panels of one fixed height; a row's bits do not depend on the others.
struct PanelWork: ~Copyable {
  /// The rows of a panel.
  static let height = PanelPlan.height

  private let threads: ThreadPool
  private let benches: [PanelBench]
  private let memory: Buffer<Float>

  /// The floats that `threads` threads need for a model of `layout`, and as many `blocks` of
  /// images.
  static func count(_ layout: ParameterLayout, threads: Int, blocks: Int = 1) -> Int {
    threads * (PanelBench.floats(layout) + blocks * height * layout.configuration.pixels)
  }

  /// Prepares work with `parameters`, which the caller keeps alive, on `threads` of this rank.
  init(_ layout: ParameterLayout, _ parameters: Vector, threads: Int) throws {
    let memory = Buffer<Float>(repeating: 0, count: threads * PanelBench.floats(layout))
    benches = (0..<threads).map { number in
      let start = number * PanelBench.floats(layout)
      return PanelBench(
        layout, parameters, memory.vector[start..<start + PanelBench.floats(layout)])
    }
    self.threads = try ThreadPool(threads)
    self.memory = memory
  }

  /// Computes `width` floats for each of `count` positions and hands them to rank zero in order.
  ///
  /// Collective. `compute` fills a panel (height, width) for positions, which may be fewer than its
  /// rows, on any thread, with what that thread's bench has. `receive` runs on rank zero's main
  /// thread only, with (positions, width) at a time; when it throws, all ranks stop soon after.
  /// Memory does not grow with `count`.
  func collect(
    _ count: Int, width: Int, among communicator: borrowing Communicator,
    compute: (PanelBench, Range<Int>, Matrix) -> Void,
    receive: (Range<Int>, Span<Float>) throws -> Void
  ) throws {
    let plan = PanelPlan(count: count, width: width, panelsPerBlock: threads.count)
    let slots = try PanelSlots(
      plan.window(ranks: communicator.size), of: plan.floats, among: communicator)
    var failure: (any Error)?
    if communicator.rank == 0 {
      failure = try gather(plan, slots, over: communicator, compute: compute, receive: receive)
    } else {
      try deliver(plan, slots, over: communicator, compute: compute)
    }
    try slots.free()
    try communicator.together { if let failure { throw failure } }
  }

  /// What rank zero does: it hands on what all compute, and computes when it has nothing to hand
  /// on.
  ///
  /// - Returns: why `receive` took no more, if so.
  private func gather(
    _ plan: PanelPlan, _ slots: PanelSlots, over communicator: borrowing Communicator,
    compute: (PanelBench, Range<Int>, Matrix) -> Void,
    receive: (Range<Int>, Span<Float>) throws -> Void
  ) throws -> (any Error)? {
    let collector = PanelCollector(plan, slots)
    while !collector.isComplete {
      // Several blocks, so that threads have work while this one hands on what is ready.
      let blocks = collector.take(most: threads.count == 1 ? 1 : 3)
      var outcome: Result<Void, any Error> = .success(())
      fill(blocks, plan, compute: compute) {
        outcome = Result {
          try collector.serve(over: communicator, waits: blocks.isEmpty, receive: receive)
        }
      }
      try outcome.get()
      try collector.deliver(blocks)
    }
    try collector.end(over: communicator)
    return collector.failure
  }

  /// What the other ranks do: they compute what they are told to until there is no more.
  private func deliver(
    _ plan: PanelPlan, _ slots: PanelSlots, over communicator: borrowing Communicator,
    compute: (PanelBench, Range<Int>, Matrix) -> Void
  ) throws {
    var sent: [PanelBlock] = []
    while let order = try PanelOrder.next(over: communicator) {
      try slots.sync()
      // Of a rank's own memory the first that has gone, not the oldest: it may still be in cache.
      let gone = try sent.first { try $0.slot == order.slot && $0.hasArrived() }
      let memory =
        gone ?? order.slot.map { PanelBlock(slot: $0, slots[$0]) } ?? PanelBlock(count: plan.floats)
      if gone == nil { sent.append(memory) }
      try memory.complete()
      fill([(order.block, memory)], plan, compute: compute)
      try slots.sync()
      try memory.send(over: communicator)
    }
    for memory in sent { try memory.complete() }
  }

  /// Computes blocks, each panel on whichever thread is free; the main thread first does its
  /// `duty`.
  private func fill(
    _ blocks: [(number: Int, memory: PanelBlock)], _ plan: PanelPlan,
    compute: (PanelBench, Range<Int>, Matrix) -> Void, duty: () -> Void = {}
  ) {
    let size = Self.height * plan.width
    let panels = blocks.flatMap { block in
      plan.panels(ofBlock: block.number).enumerated().map { place, positions in
        let floats = block.memory.floats
        return (
          positions,
          floats.matrix(at: place * size, rows: Self.height, columns: plan.width)
        )
      }
    }
    let taken = Atomic(0)
    threads.run { thread in
      if thread == 0 { duty() }
      while true {
        let next = taken.wrappingAdd(1, ordering: .relaxed).oldValue
        guard next < panels.count else { return }
        compute(benches[thread], panels[next].0, panels[next].1)
      }
    }
  }
}
