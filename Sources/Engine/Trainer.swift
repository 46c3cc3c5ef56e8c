public import Images
package import Kernels
public import MPI
internal import Platform
internal import Ranks
internal import VAE

/// Trains the replica of this rank's team, in lockstep with those of the other teams.
///
/// Read ``step(_:isMeasured:)`` for the road of an image through the program.
public struct Trainer: ~Copyable {
  /// A thread takes at most so many samples through the model at a time: the activations of 128 rows stay in
  /// the second-level cache from layer to layer.
  private var chunkSize: Int { max(1, 128 / recipe.importanceSamples) }

  /// The tensors that are trained, one copy a team. In an all-gather, moments that other teams update are out
  /// of date between checkpoints.
  public let replica: Replica

  /// What determines the trained model.
  public let recipe: Recipe

  /// Where training stands.
  public internal(set) var progress: Progress

  /// The instructions with which this rank computes products.
  package let instructions: InstructionSet

  /// The memory that training takes.
  package let memoryPlan: MemoryPlan

  let team: Team
  let workers: Workers
  var memory: SharedMemory<Float>
  let workspace: Buffer<Float>
  let gradients: Buffer<Float>
  let activations: Activations
  let report: TeamReport
  let norm: GradientNorm
  var exchanges: ExchangeTrial
  let optimizer: Optimizer
  let dataset: Dataset

  /// Whether the teams have exchanged something: before that they may not reach one another.
  private(set) var hasExchanged = false

  /// The learning rate of the last step; nil before this trainer has taken one.
  public private(set) var learningRate: Double?

  /// The images that are held out of training: the last ``Recipe/validation``; nil where there are none.
  public let validation: Dataset?
  package let batches: BatchSchedule
  var draws: EpochDraws

  /// Prepares to train by `recipe` on `images` but for those that it holds out, from `progress` on, as ranks
  /// of `world` that share the work in `shape`; collective. All arguments must be the same on all ranks. The
  /// replica's tensors are zero until ``initialize()``, or loading a checkpoint, fills them.
  ///
  /// - Throws: on all ranks, `SharedFailure`: where arguments differ between ranks, a value is impossible, or
  ///   some machine lacks the memory, the threads or the instructions, or computes wrongly.
  public init(
    _ recipe: Recipe, on images: Dataset, from progress: Progress = Progress(),
    shape: JobShape = JobShape(), among world: borrowing Communicator
  ) throws {
    let arguments = try world.together {
      let problem =
        recipe.problem ?? shape.problem ?? recipe.validationProblem(imageCount: images.count)
      let count = images.count - recipe.validation
      if let problem = problem ?? progress.problem(recipe, imageCount: count) {
        throw Failure(.usage, problem)
      }
      if let problem = recipe.problem(of: images) { throw Failure(.badData, problem) }
      return [
        try Fingerprint("recipe", of: recipe), try Fingerprint("progress", of: progress),
        try Fingerprint("job shape", of: shape),
        try Fingerprint("images' shape", of: images.shape),
      ]
    }
    try Fingerprint.requireEqual(arguments, among: world, advice: "give all ranks the same")
    let (dataset, validation) = images.holdingOut(recipe.validation)
    try world.requireProducts(in: recipe.precision)
    let layout = ParameterLayout(recipe.model(pixels: dataset.pixelCount))
    let instructions = try world.commonInstructions(for: recipe.precision)
    let team = try Team(shape.teams, threads: shape.threadsPerRank, among: world)
    try team.meetLane()
    let job = team.layout
    var started: Workers?
    let objective = recipe.trainingObjective
    try world.together {
      started = try Workers(layout, instructions, job: job, objective: objective)
    }
    guard let workers = started else { fatalError("threads were started or refused") }
    try world.requireRightProducts(workers.computeRightly(in: recipe.precision))
    let batches = BatchSchedule(
      imageCount: dataset.count, batchSize: min(recipe.batchSize, dataset.count))
    let memoryPlan = MemoryPlan(
      layout, recipe, batchCounts: batches.sizes(from: progress.offset), job: job, shape: shape)
    try memoryPlan.require(isLeader: job.isLeader, among: world)
    let memory = try SharedMemory<Float>(
      count: memoryPlan.teamFloats, on: team.communicator, among: world)
    let workspace = Buffer<Float>(repeating: 0, count: memoryPlan.ownActivations)
    let gradients = Buffer<Float>(repeating: 0, count: memoryPlan.gradientFloats)
    let activations = Activations(
      layout, capacity: memoryPlan.capacity, draws: objective.draws,
      memory: (memory.vector[memoryPlan.activations], workspace.vector),
      precision: recipe.precision, mostlyZero: dataset.isMostlyBlack(recipe.pixels))
    let replica = Replica(layout, memory.vector[memoryPlan.replica], precision: recipe.precision)
    let report = TeamReport(memory.vector[memoryPlan.report], batchSize: batches.batchSize)
    let site = ExchangeSite(
      job: job, lane: team.laneRanks, memory: memory.vector, memoryPlan: memoryPlan,
      gradients: gradients.vector,
      activations: activations, report: report)
    exchanges = try ExchangeTrial(site, team)
    optimizer = Optimizer(replica)
    norm = GradientNorm(memory.vector[memoryPlan.norms])
    (self.memoryPlan, self.instructions, self.progress) = (memoryPlan, instructions, progress)
    (self.replica, self.activations, self.report) = (replica, activations, report)
    (self.dataset, self.batches, self.recipe) = (dataset, batches, recipe)
    self.validation = validation
    draws = EpochDraws(recipe, dataset, at: progress)
    self.workspace = workspace
    self.gradients = gradients
    self.workers = workers
    self.team = team
    self.memory = memory
  }

  /// Whether the epoch under way has no batch left.
  public var isEpochComplete: Bool { progress.offset == dataset.count }

  /// Trains on the epoch's next batch, which must exist: see ``isEpochComplete``. Collective.
  ///
  /// - Parameters:
  ///   - mine: what this rank asks for.
  ///   - isMeasured: whether ``gradientNorm()`` is wanted after the step; the same on all ranks.
  /// - Returns: the losses of the whole batch, and all that the ranks ask for; the same on all ranks.
  /// - Throws: `MPIError`; or, on all ranks, `SharedFailure` where a loss or a delta is not finite, or a loss
  ///   beyond ``Recipe/lossLimit``: the parameters are then those before the step.
  public mutating func step(
    _ mine: StepRequests = StepRequests(), isMeasured: Bool = false
  ) throws -> (losses: LossSum, requests: StepRequests) {
    let (outcome, requests) = try attemptStep(mine, isMeasured: isMeasured)
    switch outcome {
    case .success(let losses): return (losses, requests)
    case .failure(let problem): throw SharedFailure(problem.failure)
    }
  }

  /// As ``step(_:isMeasured:)``, but returns what is wrong with the losses, on all ranks. The step is then
  /// not taken: ``passOver()`` goes on with the next batch.
  package mutating func attemptStep(
    _ mine: StepRequests, isMeasured: Bool
  ) throws -> (outcome: Result<LossSum, StepProblem>, requests: StepRequests) {
    let mode = SubnormalMode.current
    SubnormalMode.flushing.set()
    defer { mode.set() }
    RankActivity.own.begin(step: progress.step + 1)
    report.limit.nats = lossLimit
    report.request(mine, place: team.layout.place)
    try exchanges.beginStep(norm, &memory, team)
    let (batch, held) = nextBatch()
    let own = ownPositions(in: batch)
    let weights = lossWeights(of: batch)

    // Row 0 of the activations is the first sample that the team holds, row 0 of the losses the batch's
    // first.
    workers.begin()
    workers.run { worker in
      for chunk in worker.teamShare.part(of: own).pieces(ofAtMost: chunkSize) {
        let (model, rows) = (worker.model, chunk.relative(to: held))
        fillImages(rows, positions: chunk)
        fillNoise(rows, positions: chunk)
        worker.clock.end(.batch)
        model.encode(activations, rows: rows, with: replica.modelParameters)
        model.sample(activations, rows: rows)
        model.decode(activations, rows: rows, with: replica.modelParameters)
        worker.clock.end(.forward)
        model.backpropagate(
          activations, rows: rows, with: replica.modelParameters, weights: weights,
          losses: report.found.losses.rows(chunk.relative(to: batch)))
        worker.clock.end(.backward)
        if worker.number == 0 { RankActivity.own.advance() }
      }
    }
    try waitForTeam()  // Layer inputs, deltas and losses of the whole team are there.
    if !hasExchanged { try team.meetLane() }
    hasExchanged = true
    try gatherSamples(of: batch, in: held)
    let extent = BatchExtent(count: batch.count, positions: held.relative(to: batch))
    if let limit = recipe.clipGradient {
      try applyGradient(of: extent, clippedTo: limit)
    } else {
      try applyGradient(of: extent, isMeasured: isMeasured)
    }
    if team.layout.isLeader { report.summarise(batch.count) }
    try waitForTeam()  // The new parameters are there.
    let problem = report.result.problem(batch.count, step: progress.step + 1)
    exchanges.endStep(onFullBatch: problem == nil && batch.count == batches.batchSize)
    let requests = report.result.requests
    if let problem {
      exchanges.forgetRounding()
      return (.failure(problem), requests)
    }
    return (.success(advance(past: batch)), requests)
  }

  /// Waits until all ranks of the team have called this; each then sees what any of them wrote before.
  /// Collective over the team.
  mutating func waitForTeam() throws {
    try RankActivity.own.during(.waitingForNode) { try memory.barrier(on: team.communicator) }
    workers.main.clock.end(.waiting)
  }

  /// Notes that the step on `batch` is taken; returns the batch's losses.
  private mutating func advance(past batch: Range<Int>) -> LossSum {
    let losses = report.result.sum(0..<batch.count)
    learningRate = nextRule.rule.learningRate
    progress.step += 1
    progress.offset = batch.upperBound
    progress.losses.add(losses)
    return losses
  }

  /// Ends training and frees the memory of ``replica``; collective.
  public consuming func free() throws {
    try exchanges.free()
    try memory.free()
    try team.free()
  }
}
