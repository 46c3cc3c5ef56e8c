internal import Kernels
internal import MPI
internal import VAE

/// Turns the deltas of all ranks into updated parameters on all ranks.
///
/// Every rank computes its shard's gradient tile by tile into one flat buffer; one all-reduce adds
/// the buffers, and the losses behind them, over the ranks; every rank applies the optimizer.
struct GradientExchange: ~Copyable {
  /// What the step tells beside its gradient.
  let report: BatchReport

  private let communicator: Communicator
  private let memory: Buffer<Float>
  private let gradient: Vector

  /// Sets up the exchange between the ranks of `communicator`, which is duplicated; collective.
  init(
    _ layout: ParameterLayout, batchSize: Int, among communicator: borrowing Communicator
  ) throws {
    self.communicator = try communicator.duplicate()
    memory = Buffer(
      repeating: 0, count: layout.count + BatchReport.count(batchSize: batchSize))
    gradient = memory.vector[0..<layout.count]
    report = BatchReport(memory.vector[layout.count..<memory.count], batchSize: batchSize)
  }

  /// Adds up the gradient of the samples `rows` with that of the other ranks.
  func reduce(
    _ model: VariationalAutoencoder, _ activations: Activations, _ rows: Range<Int>
  ) throws {
    for tile in model.layout.tiles {
      model.computeGradient(tile, activations, rows, into: gradient)
    }
    try memory.vector.withMutableSpan { buffer throws(MPIError) in
      try communicator.allReduce(&buffer, .sum)
    }
  }

  /// Applies step number `step` of the optimizer to the parameters.
  func update(_ replica: borrowing Replica, _ optimizer: Adam, step: Int) {
    for tile in replica.layout.tiles {
      optimizer.update(
        parameters: replica.parameters[tile.range], gradient: gradient[tile.range],
        firstMoment: replica.firstMoment[tile.range],
        secondMoment: replica.secondMoment[tile.range], step: step)
    }
  }

  /// Frees the communicator; collective.
  consuming func free() throws {
    try communicator.free()
  }
}
