internal import Kernels
internal import VAE

/// The memory that training takes: the one place where it is added up, before any is allocated.
struct TrainingMemory {
  /// The floats of the parts of a team's memory: replica, activations, report.
  let shared: [Int]

  /// The floats of a rank's own activations.
  let own: Int

  /// The floats of a rank's message to its lane.
  let message: Int

  /// The floats of a rank's forward passes at an epoch's end.
  let panel: Int

  /// What a batch and a team make of a model. `capacity` is the most samples that the team has.
  init(
    _ layout: ParameterLayout, batchSize: Int, capacity: Int, teamRanks: Int,
    lane: GradientExchange.Lane, precision: Precision = .fp32
  ) {
    shared = [
      Replica.count(layout, precision: precision),
      Activations.sharedCount(layout, capacity: capacity, precision: precision),
      TeamReport.count(batchSize: batchSize, ranks: teamRanks),
    ]
    own = Activations.ownCount(layout, capacity: capacity, precision: precision)
    message = lane.plan(layout).floats + BatchReport.count(batchSize: batchSize)
    panel = PanelWork.count(layout, threads: lane.threads)
  }

  /// The bytes that all ranks of a team see.
  var teamBytes: Int { shared.reduce(0, +) * MemoryLayout<Float>.stride }

  /// The bytes that each rank has beside them.
  var rankBytes: Int { (own + message + panel) * MemoryLayout<Float>.stride }
}
