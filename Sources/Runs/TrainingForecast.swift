package import Checkpoints
internal import Engine
internal import Images
internal import Kernels
package import MPI
internal import Ranks

/// What a run would do, and about how long it would take.
package struct TrainingForecast {
  /// All flags, resolved.
  package let configuration: RunConfiguration

  /// The configuration as `config.yaml` would have it.
  package let text: String

  /// The directory of the checkpoint from which the run would be resumed; nil where it would begin anew.
  package let checkpoint: String?

  /// The path to which files of another run in the run directory would be moved; nil where there are no such
  /// files, and on all ranks but zero.
  package let previous: String?

  /// How many steps the run has made so far.
  package let step: Int

  /// How many steps an epoch has.
  package let stepsPerEpoch: Int

  /// The number of the step that the run would end with: the last epoch's last, or ``RunRequest/maxSteps`` if
  /// that is less.
  package let lastStep: Int

  /// How many steps there are from ``step`` to ``lastStep``; 0 where the run is done.
  package let stepsLeft: Int

  /// Why the run has ended before its last epoch; nil where it has not.
  package let patience: Patience?

  /// How many images there are to train on, to validate on, and to test on.
  package let images: (train: Int, validation: Int, test: Int)

  /// How many images of a full batch a rank computes: from the rank with the fewest to the one with the most.
  package let share: ClosedRange<Int>

  /// How many teams there are.
  package let teams: Int

  /// The bytes of the data and of one team's memory, which the ranks of a node share where a node is a team;
  /// and the bytes that each rank has beside them.
  package let memory: (node: Int, rank: Int)

  /// How many images were trained on each second, over all ranks, in a trial of half a second.
  package let imagesPerSecond: Double

  /// Works out what `request` means in the run directory `path`, reads the data, and makes some steps in
  /// memory; collective. No file is written, and the run directory is not locked.
  ///
  /// - Throws: what ``TrainingRun/init(_:path:observer:stop:among:)`` throws, except for failures to
  ///   write.
  package init(
    _ request: RunRequest, path: String, among world: borrowing Communicator
  ) throws {
    try TrainingRun.requireSameCommand(request, path: path, among: world)
    var plan = try TrainingRun.plan(request, path: path, among: world)
    let data = try plan.readData(request, among: world)
    plan.forgetLosses(unlessOf: DataFingerprint(data, for: plan.configuration.recipe))
    let train = data.splits[0]
    let testCount = data.splits.dropFirst().first?.count ?? 0
    let threads = request.threadsPerRank
    var trainer = try TrainingRun.makeTrainer(plan, train, threads: threads, among: world)
    let steps = trainer.batches.batchCount
    lastStep = min(plan.configuration.epochs * steps, request.maxSteps ?? .max)
    configuration = plan.configuration
    text = try plan.configuration.text
    checkpoint = plan.checkpoint
    previous = try world.together { world.rank == 0 ? try plan.previous(inRun: path) : nil }
    step = plan.progress.step
    stepsPerEpoch = steps
    patience = plan.patience
    stepsLeft = plan.isDone(request) ? 0 : max(0, lastStep - plan.progress.step)
    let validation = plan.configuration.recipe.validation
    images = (train.count - validation, validation, testCount)
    let shares = (0..<world.size).map { trainer.positions(ofPlace: $0).count }
    share = shares.min()!...shares.max()!
    teams = trainer.job.teamCount
    memory = (
      trainer.memoryPlan.teamBytes + data.splits.reduce(0) { $0 + $1.shape.byteCount },
      trainer.memoryPlan.rankBytes
    )
    imagesPerSecond = try Self.trial(&trainer, among: world)
    try trainer.free()
    try data.free()
  }

  /// The pace of half a second of training, after a tenth of a second whose steps may be slower.
  private static func trial(
    _ trainer: inout Trainer, among world: borrowing Communicator
  ) throws -> Double {
    _ = try pace(&trainer, seconds: 0.1, among: world)
    return try pace(&trainer, seconds: 0.5, among: world)
  }

  /// The images trained on each second, over all ranks, in about `seconds`.
  private static func pace(
    _ trainer: inout Trainer, seconds: Double, among world: borrowing Communicator
  ) throws -> Double {
    let start = ContinuousClock.now
    var (elapsed, images) = (0.0, 0)
    while elapsed < seconds {
      if trainer.isEpochComplete { trainer.beginNextEpoch() }
      images += try trainer.step().losses.count
      // All ranks use rank zero's clock, so that all make the same number of steps.
      elapsed = try world.broadcast((ContinuousClock.now - start) / .seconds(1), from: 0)
    }
    return Double(images) / elapsed
  }
}
