internal import Kernels
internal import MPI
internal import Synchronization
internal import VAE

/// The exchange in which every team computes all tiles of the gradient over its own samples: each rank
/// computes the tiles of its lane and meanwhile, with the lane's other ranks, adds up the tiles that are
/// done. Then every team updates all parameters of its replica.
final class AllReduce<Messages: LaneMessages & ~Copyable>: Exchange {
  private let order: TilePlan
  private let job: JobLayout
  private let report: TeamReport
  private let memory: Buffer<Float>

  /// The gradients of this rank's tiles; in the end, their sums over the teams.
  private let sums: Vector
  private let progress: BucketProgress

  /// The places of the lane's ranks; none where this rank is in no lane.
  private let lanePlaces: [Int]

  /// The lane's messages; nil where this rank is in no lane, and after they were freed.
  private var messages: Messages?
  private var reduction: GradientReduction

  /// The numbers of the groups of messages with losses, requests and verdicts, by the size of the batch.
  private var reports: [Int: Int] = [:]

  init(_ site: ExchangeSite, wire: Precision, messages: consuming Messages?) throws {
    (job, order, report) = (site.job, site.exchangePlan.order, site.report)
    memory = Buffer(repeating: 0, count: site.exchangePlan.floats)
    let codec = GradientCodec(
      memory.vector, buckets: order.buckets, team: job.team, of: job.teamCount, precision: wire)
    sums = codec.gradients
    progress = BucketProgress(order.buckets.count, threads: job.threads)
    reduction = GradientReduction(order.buckets, codec)
    lanePlaces = site.lanePlaces
    self.messages = nil
    guard var messages, let lane = job.lane else { return }
    try site.memory.withMutableSpan { memory throws(MPIError) in
      // All ranks must add the groups in the same order.
      for count in site.batchCounts.sorted() {
        reports[count] = try messages.addAllGather(
          &memory, pieces: site.reportRanges(lane: lane, ofBatch: count))
      }
    }
    try reduction.prepare(&messages)
    self.messages = consume messages
  }

  func applyGradient(
    of batch: BatchExtent, _ workers: borrowing Workers,
    gradient: (Worker, GradientTile, Vector) -> Void, update: (GradientTile, Vector) -> Void,
    adopt: (GradientTile) -> Void
  ) throws {
    guard messages != nil else { return }
    try begin(batch, workers, gradient)
    let isFinite = report.areFinite(verdictsOf: lanePlaces)
    try finish(workers) { if isFinite { update($0, $1) } }
  }

  func keepGradient(
    of batch: BatchExtent, _ workers: borrowing Workers,
    gradient: (Worker, GradientTile, Vector) -> Void, note: (GradientTile, Vector) -> Void
  ) throws {
    guard messages != nil else { return }
    try begin(batch, workers, gradient)
    try finish(workers, update: note)
  }

  func applyKeptGradient(
    of batch: BatchExtent, _ workers: borrowing Workers,
    update: (GradientTile, Vector) -> Void, adopt: (GradientTile) -> Void
  ) throws {
    guard messages != nil, report.areFinite(verdictsOf: lanePlaces) else { return }
    // No sum is waited for: all are there.
    try finish(workers, update: update)
  }

  /// Computes the `gradient` of all this rank's tiles, begins to add it up over the teams, and exchanges the
  /// reports on `batch`.
  private func begin(
    _ batch: BatchExtent, _ workers: borrowing Workers,
    _ gradient: (Worker, GradientTile, Vector) -> Void
  ) throws {
    report.setVerdict(report.found.isFinite(batch.positions), place: job.place)
    try messages?.start(reports[batch.count]!)
    try compute(workers, gradient)
    try messages?.wait(reports[batch.count]!)
  }

  /// Computes the `gradient` of all this rank's tiles; meanwhile adds up, over the teams, the buckets that
  /// are computed.
  private func compute(
    _ workers: borrowing Workers, _ gradient: (Worker, GradientTile, Vector) -> Void
  ) throws {
    progress.begin()
    reduction.begin()
    // Copies, which all threads may read while the main thread changes `self`.
    let (order, sums, progress) = (order, sums, progress)
    var failure: (any Error)?
    workers.run { worker in
      for (number, tiles) in order.tiles[worker.number].enumerated() {
        for (tile, offset) in tiles {
          gradient(worker, tile, sums[offset..<offset + tile.range.count])
          if worker.number == 0 { advance(worker, progress.finished, catching: &failure) }
        }
        progress.finish(number)
      }
      if worker.number == 0 { advance(worker, progress.finished, catching: &failure) }
      worker.clock.end(.gradients)
    }
    if let failure { throw failure }
    workers.main.clock.end(.waiting)
    try reduction.advance(computed: order.buckets.count, &messages)
  }

  /// Waits for the sum of one bucket after the other, and at once calls `update` with the tiles of that
  /// bucket.
  private func finish(
    _ workers: borrowing Workers, update: (GradientTile, Vector) -> Void
  ) throws {
    let (order, sums) = (order, sums)
    var failure: (any Error)?
    for number in order.buckets.indices {
      try reduction.wait(for: number, &messages)
      workers.main.clock.end(.exchange)
      workers.run { worker in
        for (tile, offset) in order.tiles[worker.number][number] {
          update(tile, sums[offset..<offset + tile.range.count])
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
      try reduction.advance(computed: computed, &messages)
    } catch {
      failure = error
    }
    worker.clock.end(.exchange)
  }

  func sentBytes(_ count: Int) -> Int {
    switch messages {
    case .some(let messages): messages.sentBytes(reports[count]!) + reduction.sentBytes(messages)
    case .none: 0
    }
  }

  func reduceNothing() throws {
    guard messages != nil else { return }
    sums.fill(0)
    reduction.begin()
    for number in order.buckets.indices {
      try reduction.wait(for: number, &messages)
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
