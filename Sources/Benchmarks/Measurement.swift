package import Engine
package import Kernels
package import VAE

/// What to measure.
package struct MeasurementRequest: Codable, Hashable, Sendable {
  /// The number format of the products.
  package var precision = Precision.fp32

  /// How ranks form teams.
  package var teams = TeamMode.node

  /// What teams exchange.
  package var exchange = ExchangeMode.allReduce

  /// The number format in which gradients travel.
  package var wire = Precision.fp32

  /// Images of a step, over all ranks.
  package var batchSize = 128

  /// Seconds to train for, after as much as it takes to warm up.
  package var seconds = 1.0

  /// Seconds of one of the runs that measure the processor's peak; there are nine.
  package var peakSeconds = 0.05

  /// A batch of 128 in fp32, one team a node.
  package init() {}
}

/// How fast a job trained, for how long in which stage, and what its cores could do meanwhile.
package struct Measurement: Codable, Equatable, Sendable {
  /// The number of ranks.
  package var ranks: Int

  /// Images of a full step; fewer than asked for where the data has no more.
  package var batchSize: Int

  /// Images trained on, and the seconds it took, between two barriers.
  package var images: Int

  /// See ``images``.
  package var seconds: Double

  /// Seconds of each stage by its name, the mean over ranks.
  package var stages: [String: Double]

  /// The seconds that the rank waited which waited most.
  package var longestWaiting: Double

  /// The bytes that a node's ranks give MPI for the others in a full step, the mean over nodes.
  package var exchangeBytes: Int

  /// Of these, what an all-reduce of the gradient cannot do without: 2 (N − 1)/N of its bytes on N
  /// nodes. nil for another exchange.
  package var leastExchangeBytes: Int?

  /// How long the gradient's all-reduce takes without anything beside it; nil without one.
  package var allReduce: AllReduceTimes?

  /// What the cores could do.
  package var peak: Peak

  /// The sizes of the model.
  package var model: ModelConfiguration

  /// The work of training on one image.
  package var cost: TrainingCost

  /// The cores' peak in operations a second, in the instructions of the products' format.
  package struct Peak: Codable, Equatable, Sendable {
    /// The instructions' name.
    package var instructions: String

    /// One core, while the others slept.
    package var single: Double

    /// All ranks' cores at once, before the training.
    package var before: Double

    /// All ranks' cores at once, after it.
    package var after: Double

    /// Puts a peak together.
    package init(instructions: String, single: Double, before: Double, after: Double) {
      self.instructions = instructions
      self.single = single
      self.before = before
      self.after = after
    }
  }

  /// Images a second.
  package var imagesPerSecond: Double { Double(images) / seconds }

  /// Milliseconds of a full step.
  package var stepMilliseconds: Double { milliseconds(seconds) }

  /// Milliseconds of a full step that went into a stage, the mean over ranks.
  package func stageMilliseconds(_ stage: StageTimes.Stage) -> Double {
    milliseconds(stages[stage.rawValue] ?? 0)
  }

  /// The step's share of `seconds`; an epoch's last, smaller batch counts for what it is.
  package func milliseconds(_ seconds: Double) -> Double {
    1000 * seconds * Double(batchSize) / Double(images)
  }
}

extension Measurement {
  /// The products' operations a second over what the cores could do.
  package var fractionOfPeak: Double { cost.total * imagesPerSecond / best }

  /// The same of weight gradients alone, with the update that follows each tile; zero where the
  /// stage took no time.
  package var gradientFractionOfPeak: Double {
    let seconds = stages[StageTimes.Stage.gradients.rawValue] ?? 0
    return seconds > 0 ? cost.gradients * Double(images) / seconds / best : 0
  }

  private var best: Double { max(peak.before, peak.after) }
}
