package import Engine
package import Kernels
package import VAE

/// How a job trains while it is measured, and for how long.
package struct MeasurementRequest: Codable, Hashable, Sendable {
  /// The number format of the products.
  package var precision = Precision.fp32

  /// How ranks form teams.
  package var teams = TeamMode.node

  /// What teams exchange.
  package var exchange = ExchangeMode.auto

  /// The number format in which gradients travel.
  package var wire = Precision.fp32

  /// Images of a step, over all ranks.
  package var batchSize = 128

  /// Seconds to train for, after a warm-up of a few steps.
  package var seconds = 1.0

  /// Seconds of each run that measures the processor's peak; there are up to nine such runs.
  package var peakSeconds = 0.05

  /// Batches of 128 images in fp32, one team on each node.
  package init() {}
}

/// How fast a job trained, how long each stage took, and what its cores could have done.
package struct Measurement: Codable, Equatable, Sendable {
  /// The number of ranks.
  package var ranks: Int

  /// How long the training took.
  package var timing: Timing

  /// What the exchange between teams costs in a full step.
  package var exchange: ExchangeCost

  /// What the cores can do at most.
  package var peak: Peak

  /// The sizes of the trained model.
  package var model: ModelConfiguration

  /// The work of training on one image.
  package var cost: TrainingCost

  /// How long a number of training steps took.
  package struct Timing: Codable, Equatable, Sendable {
    /// Images of a full step: as many as were asked for, or all images of the data where these are fewer.
    package var batchSize: Int

    /// The number of images that were trained on, between two barriers.
    package var images = 0

    /// The seconds that training on ``images`` took.
    package var seconds = 0.0

    /// Seconds of each stage by its name, the mean over ranks.
    package var stages: [String: Double] = [:]

    /// The seconds that the rank which waited most spent in the stage `waiting`.
    package var longestWaiting = 0.0
  }

  /// What the exchange between teams costs in a full step.
  package struct ExchangeCost: Codable, Equatable, Sendable {
    /// The exchange that was in use; nil where there is one team.
    package var mode: ExchangeMode?

    /// The bytes that the ranks of a team give MPI for other teams, the mean over teams.
    package var bytes: Int

    /// The fewest bytes that an all-reduce of the gradient needs: 2 (N − 1)/N of the gradient's bytes
    /// for each of N teams. Nil for other exchanges, and for a single team.
    package var leastBytes: Int?

    /// How long the gradient's all-reduce takes by itself; nil where there is none.
    package var allReduce: AllReduceTimes?
  }

  /// The cores' peak in operations a second, in the instructions of the products' format.
  package struct Peak: Codable, Equatable, Sendable {
    /// The instructions' name.
    package var instructions: String

    /// The peak of one core, while the others sleep.
    package var single: Double

    /// The joint peak of all ranks' cores, before the training.
    package var before: Double

    /// The joint peak of all ranks' cores, after the training.
    package var after: Double

    /// A peak with these figures.
    package init(instructions: String, single: Double, before: Double, after: Double) {
      self.instructions = instructions
      self.single = single
      self.before = before
      self.after = after
    }
  }

  /// Images a second.
  package var imagesPerSecond: Double { Double(timing.images) / timing.seconds }

  /// Milliseconds of a full step.
  package var stepMilliseconds: Double { milliseconds(timing.seconds) }

  /// Milliseconds that a stage takes in a full step, the mean over ranks.
  package func stageMilliseconds(_ stage: StageTimes.Stage) -> Double {
    milliseconds(timing.stages[stage.rawValue] ?? 0)
  }

  /// `seconds` that were spent on all images of the measurement, in milliseconds for one full step. An
  /// epoch's last batch may be smaller, and counts as a part of a step.
  package func milliseconds(_ seconds: Double) -> Double {
    1000 * seconds * Double(timing.batchSize) / Double(timing.images)
  }
}

extension Measurement {
  /// The products' operations a second, as a fraction of the joint peak.
  package var fractionOfPeak: Double { cost.total * imagesPerSecond / best }

  /// The same for the weight gradients alone; 0 where their stage took no time. The stage's time
  /// includes the update after each tile.
  package var gradientFractionOfPeak: Double {
    let seconds = timing.stages[StageTimes.Stage.gradients.rawValue] ?? 0
    return seconds > 0 ? cost.gradients * Double(timing.images) / seconds / best : 0
  }

  private var best: Double { max(peak.before, peak.after) }
}
