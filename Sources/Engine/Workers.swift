internal import Images
internal import Kernels
internal import Platform
internal import Synchronization
internal import VAE

/// What one thread of a rank works with.
struct Worker {
  /// The thread's number within its rank.
  let number: Int

  /// The model, with an engine for products that this thread alone uses.
  let model: VariationalAutoencoder

  /// The thread's part of work that all threads of the team share out.
  let teamShare: Shard

  /// Measures how long the thread spends in each stage.
  let clock = StageClock()
}

/// The threads of this rank, each of which computes a part of every batch.
struct Workers: ~Copyable {
  private let threads: ThreadPool
  private let all: [Worker]

  /// How many threads there are.
  var count: Int { all.count }

  /// The worker of the main thread, which alone calls MPI.
  var main: Worker { all[0] }

  /// Starts the threads of this rank, as many as `job` tells; they compute the model of `layout`, to be
  /// trained by `objective`, with `instructions`.
  init(
    _ layout: ParameterLayout, _ instructions: InstructionSet, job: JobLayout,
    objective: Objective = Objective()
  ) throws {
    threads = try ThreadPool(job.threads)
    all = (0..<job.threads).map { number in
      Worker(
        number: number,
        model: VariationalAutoencoder(
          layout, engine: MatrixEngine(instructions), objective: objective),
        teamShare: job.teamShare(ofThread: number))
    }
  }

  /// Starts the clocks of a step: the time before this call belongs to no stage.
  func begin() {
    for worker in all { worker.clock.begin() }
  }

  /// Calls `body` on every thread; returns when all calls have returned. All threads, the main thread too,
  /// treat subnormal numbers as zero from then on; the caller must restore the main thread's mode.
  func run(_ body: (Worker) -> Void) {
    threads.run { number in
      SubnormalMode.flushing.set()
      all[number].clock.end(.waiting)
      body(all[number])
    }
  }

  /// Whether all threads, each on the core where it runs, compute products in `precision` correctly.
  func computeRightly(in precision: Precision) -> Bool {
    let mode = SubnormalMode.current
    defer { mode.set() }
    let areRight = Mutex(true)
    begin()
    run { worker in
      guard !ProductCheck.isPassed(by: worker.model.engine, in: precision) else { return }
      areRight.withLock { $0 = false }
    }
    return areRight.withLock { $0 }
  }

  /// The seconds that all steps so far took, by stage: the mean of the threads.
  var stageTimes: StageTimes { .mean(all.map(\.clock.times)) }
}
