internal import Checkpoints
internal import Glibc
internal import Platform

/// Watches from outside how far a job comes in its run directory.
struct RunWatch {
  private let run: String

  /// What an earlier job has noted.
  private let before: JobProgress?

  /// What this job has noted last; nil before it trains.
  private(set) var progress: JobProgress?

  /// What this job has noted first.
  private(set) var start: JobProgress?

  /// For how many seconds, as far as this process was there to see, no step has ended; 0 where none is due.
  private(set) var stillness = 0.0

  /// Whether a step has ended since the last look.
  var isTraining: Bool { progress?.isLast == false && stillness == 0 }

  /// When the watch began, in seconds since 1970, as files tell the time.
  private let begin = Self.now

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Begins to watch the run directory at `path`, before the job starts.
  init(_ path: String) {
    run = path
    before = JobProgress(inRun: path)
  }

  /// Looks again, so many `seconds` after the last look.
  mutating func look(after seconds: Double) {
    let found = JobProgress(inRun: run)
    guard let found, found != before else { return }
    if found == progress && !found.isLast {
      stillness += seconds
    } else {
      stillness = 0
    }
    if start == nil { start = found }
    progress = found
  }

  /// What the job, which has ended, has done that a next one has to do again.
  var loss: Loss {
    let checkpoint = (try? CheckpointReference.newest(inRun: run)) ?? nil
    let step = checkpoint.flatMap { try? $0.step } ?? 0
    // A checkpoint that was there before the job began, or is another's, is older than the job's first note.
    let since = max(start?.time ?? begin, checkpoint?.time ?? 0)
    return Loss(step: progress?.step, checkpoint: step, seconds: max(0, Self.now - since))
  }

  /// What a job that has died leaves to be done again.
  struct Loss: Equatable {
    /// The last step that it took; nil where it had not begun to train.
    let step: Int?
    /// The step of the checkpoint from which the next goes on; 0 where there is none.
    let checkpoint: Int
    /// The seconds since that was written, or since the job began to train: those of the steps that are lost,
    /// and those that passed until this was seen.
    let seconds: Double
    /// How many steps are to be taken again.
    var steps: Int { max(0, (step ?? checkpoint) - checkpoint) }
  }
}
