public import Kernels
public import MNIST
public import MPI
internal import VAE

/// Trains one replica in lockstep with those of the other ranks.
///
/// Read ``step(stopRequested:)`` for the road of an image through the program.
public struct Trainer: ~Copyable {
  /// The tensors that are trained.
  public let replica: Replica

  /// Where the run stands.
  public private(set) var progress: Progress

  private let dataset: Dataset
  private let schedule: BatchSchedule
  private let shard: Shard
  private let seed: UInt64
  private let model: VariationalAutoencoder
  private let optimizer: Adam
  private let memory: ActivationMemory
  private let exchange: GradientExchange
  private var order: EpochOrder
  private var noise: RandomStream

  /// Takes up training at `progress`; collective over `communicator`, which is duplicated.
  public init(
    _ replica: consuming Replica, at progress: Progress, on dataset: Dataset,
    batchSize: Int, optimizer: Adam, seed: UInt64, among communicator: borrowing Communicator
  ) throws {
    let shard = Shard(rank: communicator.rank, of: communicator.size)
    let layout = replica.layout
    model = VariationalAutoencoder(layout, engine: MatrixEngine())
    memory = ActivationMemory(layout, capacity: shard.capacity(of: batchSize))
    exchange = try GradientExchange(layout, batchSize: batchSize, among: communicator)
    schedule = BatchSchedule(imageCount: dataset.count, batchSize: batchSize)
    order = EpochOrder(count: dataset.count, seed: seed, epoch: progress.epoch + 1)
    noise = RandomStream(seed: seed, purpose: .training, epoch: progress.epoch + 1)
    self.replica = replica
    self.progress = progress
    self.dataset = dataset
    self.shard = shard
    self.seed = seed
    self.optimizer = optimizer
  }

  /// The number of images in an epoch.
  var imageCount: Int { dataset.count }

  /// Whether the epoch under way has no batch left.
  public var isEpochComplete: Bool { progress.offset == dataset.count }

  /// Trains on the epoch's next batch, together with all ranks.
  ///
  /// - Returns: the batch's losses, and whether some rank was asked to stop.
  /// - Throws: `MPIError`, or a failure known to all ranks where the step is not finite; the
  ///   parameters are then those before the step.
  public mutating func step(stopRequested: Bool) throws -> (losses: LossSum, stop: Bool) {
    let batch = schedule.positions(from: progress.offset)
    let positions = shard.part(of: batch)
    let rows = 0..<positions.count
    let activations = memory.activations
    let report = exchange.report
    report.begin(stopRequested: stopRequested)

    dataset.fill(activations.pixels.rows(rows), order: order, positions: positions)
    noise.fillNormal(activations.noise.rows(rows), positions: positions)
    model.encode(replica.parameters, activations, rows)
    model.sample(activations, rows)
    model.decode(replica.parameters, activations, rows)
    model.backpropagate(
      replica.parameters, activations, rows, scale: 1 / Float(batch.count),
      losses: report.losses.rows(positions.relative(to: batch)))
    try exchange.reduce(model, activations, rows)
    let losses = try report.finiteSum(batch.count, step: progress.step + 1)
    exchange.update(replica, optimizer, step: progress.step + 1)

    progress.step += 1
    progress.offset = batch.upperBound
    progress.losses.add(losses)
    return (losses, report.stopRequested)
  }

  /// Begins the next epoch, in its own order.
  public mutating func beginNextEpoch() {
    progress.epoch += 1
    progress.offset = 0
    progress.losses = LossSum()
    order = EpochOrder(count: dataset.count, seed: seed, epoch: progress.epoch + 1)
    noise = RandomStream(seed: seed, purpose: .training, epoch: progress.epoch + 1)
  }

  /// Ends training; collective.
  public consuming func free() throws {
    try exchange.free()
  }
}
