internal import Kernels
internal import MPI
internal import Synchronization
internal import VAE

/// The exchange in which every team computes all tiles of the gradient over its own samples: each rank
/// computes the tiles of its lane and meanwhile, with the lane's other ranks, adds up the tiles that are
/// done. Then every team updates all parameters of its replica.
///
/// Teams add up in the order in which a lone team does, so that the sums have the same bits: see
/// ``BucketPlan``.
final class AllReduce<Messages: LaneMessages & ~Copyable>: Exchange {
  private let order: TilePlan
  private let job: JobLayout
  private let report: TeamReport
  private let codec: GradientCodec
  private let progress: BucketProgress

  private let lane: LaneRanks

  /// The places of the lane's ranks; none where this rank is in no lane.
  private let lanePlaces: [Int]

  /// The lane's messages; nil where this rank is in no lane, and after they were freed.
  private var messages: Messages?

  /// What is prepared for batches of one size.
  private struct Sums {
    /// What this rank's gradients are summed over, by bucket: rows of a layer's matrices, counted from the
    /// first that the team holds.
    let rows: [[Range<Int>]]
    var reduction: GradientReduction
    /// The number of the group of messages with losses, requests and verdicts.
    var report = 0
  }

  /// By the size of the batch.
  private var sums: [Int: Sums]

  /// The size of the batch under way.
  private var count: Int

  init(_ site: ExchangeSite, _ plan: ExchangePlan, messages: consuming Messages?) throws {
    (job, order, report) = (site.job, plan.order, site.report)
    let codec = GradientCodec(site.gradients, plan.codec)
    progress = BucketProgress(order.buckets.count, threads: job.threads)
    sums = plan.buckets.mapValues { buckets in
      Sums(
        rows: buckets.map { $0.heldSubtrees(of: site.job.team) },
        reduction: GradientReduction(buckets, codec))
    }
    count = sums.keys.max() ?? 0
    self.codec = codec
    (lane, lanePlaces) = (site.lane, site.lanePlaces)
    self.messages = nil
    guard var messages, let lane = job.lane else { return }
    // All ranks must add the groups in the same order.
    for count in sums.keys.sorted() {
      let pieces = site.reportRanges(lane: lane, ofBatch: count, divided: plan.division)
      sums[count]!.report = try site.memory.withMutableSpan { memory throws(MPIError) in
        try messages.addAllGather(&memory, pieces: pieces)
      }
      try sums[count]!.reduction.prepare(&messages)
    }
    self.messages = consume messages
  }

  func applyGradient(
    of batch: BatchExtent, _ workers: borrowing Workers,
    gradient: TileGradient, update: (GradientTile, Vector) -> Void,
    adopt: (GradientTile) -> Void
  ) throws {
    guard messages != nil else { return }
    try begin(batch, workers, gradient)
    let isSound = report.areSound(verdictsOf: lanePlaces)
    try finish(workers) { if isSound { update($0, $1) } }
  }

  func keepGradient(
    of batch: BatchExtent, _ workers: borrowing Workers,
    gradient: TileGradient, note: (GradientTile, Vector) -> Void
  ) throws {
    guard messages != nil else { return }
    try begin(batch, workers, gradient)
    try finish(workers, update: note)
  }

  func applyKeptGradient(
    of batch: BatchExtent, _ workers: borrowing Workers,
    update: (GradientTile, Vector) -> Void, adopt: (GradientTile) -> Void
  ) throws {
    guard messages != nil, report.areSound(verdictsOf: lanePlaces) else { return }
    // No sum is waited for: all are there.
    try finish(workers, update: update)
  }

  /// Computes the `gradient` of all this rank's tiles, begins to add it up over the teams, and exchanges the
  /// reports on `batch`.
  private func begin(
    _ batch: BatchExtent, _ workers: borrowing Workers,
    _ gradient: TileGradient
  ) throws {
    count = batch.count
    report.setVerdict(report.found.isSound(batch.positions), place: job.place)
    try messages?.start(sums[count]!.report)
    try compute(workers, gradient)
    try messages?.wait(sums[count]!.report, lane)
  }

  /// Computes the `gradient` of all this rank's tiles; meanwhile adds up, over the teams, the buckets that
  /// are computed.
  private func compute(
    _ workers: borrowing Workers, _ gradient: TileGradient
  ) throws {
    progress.begin()
    sums[count]!.reduction.begin()
    // Copies, which all threads may read while the main thread changes `self`.
    let (order, codec, progress, rows) = (order, codec, progress, sums[count]!.rows)
    var failure: (any Error)?
    workers.run { worker in
      for (number, tiles) in order.tiles[worker.number].enumerated() {
        for (tile, offset) in tiles {
          for (subtree, rows) in rows[number].enumerated() {
            gradient(
              worker, tile, rows, codec.gradients[subtree][offset..<offset + tile.range.count])
            if worker.number == 0 { advance(worker, progress.finished, catching: &failure) }
          }
        }
        progress.finish(number)
      }
      if worker.number == 0 { advance(worker, progress.finished, catching: &failure) }
      worker.clock.end(.gradients)
    }
    if let failure { throw failure }
    workers.main.clock.end(.waiting)
    try sums[count]!.reduction.advance(computed: order.buckets.count, &messages)
  }

  /// Waits for the sum of one bucket after the other, and at once calls `update` with the tiles of that
  /// bucket.
  private func finish(
    _ workers: borrowing Workers, update: (GradientTile, Vector) -> Void
  ) throws {
    let (order, sum) = (order, codec.gradients[0])
    var failure: (any Error)?
    for number in order.buckets.indices {
      try sums[count]!.reduction.wait(for: number, &messages, lane)
      workers.main.clock.end(.exchange)
      workers.run { worker in
        for (tile, offset) in order.tiles[worker.number][number] {
          update(tile, sum[offset..<offset + tile.range.count])
          if worker.number == 0 { advance(worker, order.buckets.count, catching: &failure) }
        }
        worker.clock.end(.gradients)
      }
      if let failure { throw failure }
      workers.main.clock.end(.waiting)
    }
  }

  /// Advances the sending and adding of the first `computed` buckets without waiting. Called on the main
  /// thread, with its `worker`; the first error is kept in `failure`.
  private func advance(_ worker: Worker, _ computed: Int, catching failure: inout (any Error)?) {
    guard failure == nil else { return }
    worker.clock.end(.gradients)
    do {
      try sums[self.count]!.reduction.advance(computed: computed, &messages)
    } catch {
      failure = error
    }
    worker.clock.end(.exchange)
  }

  func sentBytes(_ count: Int) -> Int {
    switch messages {
    case .some(let messages):
      messages.sentBytes(sums[count]!.report) + sums[count]!.reduction.sentBytes(messages)
    case .none: 0
    }
  }

  func forgetRounding() { codec.forgetResiduals() }

  func reduceNothing() throws {
    guard messages != nil else { return }
    for gradient in codec.gradients { gradient.fill(0) }
    sums[count]!.reduction.begin()
    for number in order.buckets.indices {
      try sums[count]!.reduction.wait(for: number, &messages, lane)
    }
  }

  func free() throws { try messages.take()?.free() }
}

/// Counts, over all threads of a rank, how many buckets are computed.
private final class BucketProgress: Sendable {
  private let threads: Int
  private let arrivals: [Arrivals]

  /// How many threads have computed their part of a bucket.
  private final class Arrivals: Sendable { let count = Atomic(0) }

  /// For `count` buckets, each computed by `threads` threads.
  init(_ count: Int, threads: Int) {
    arrivals = (0..<count).map { _ in Arrivals() }
    self.threads = threads
  }

  /// Sets all counts to zero; to be called before any thread computes.
  func begin() { for bucket in arrivals { bucket.count.store(0, ordering: .relaxed) } }

  /// Says that the calling thread has computed its part of bucket `number`.
  func finish(_ number: Int) { arrivals[number].count.wrappingAdd(1, ordering: .releasing) }

  /// How many buckets, counted from the first, all threads have computed: the gradients in these can be read.
  var finished: Int {
    arrivals.firstIndex { $0.count.load(ordering: .acquiring) < threads } ?? arrivals.count
  }
}
