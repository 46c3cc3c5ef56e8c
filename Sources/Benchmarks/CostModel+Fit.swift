internal import Glibc
package import VAE

extension CostModel {
  /// A measured row: `ranks` of one node, teams by node; seconds of a full step.
  package struct Observation: Equatable, Sendable {
    /// The number of ranks.
    package var ranks: Int
    /// Images of a step.
    package var batchSize: Int
    /// Batch, forward and backward, the mean over ranks.
    package var samples: Double
    /// Gradients and update, the mean over ranks.
    package var gradients: Double
    /// The whole step.
    package var step: Double

    /// Puts an observation together.
    package init(
      ranks: Int, batchSize: Int, samples: Double, gradients: Double, step: Double
    ) {
      self.ranks = ranks
      self.batchSize = batchSize
      self.samples = samples
      self.gradients = gradients
      self.step = step
    }
  }

  /// Fits the model to observations, of two batch sizes at least: nil where they tell too little.
  ///
  /// Lines are least squares of relative errors, so that small batches count as much as large ones;
  /// the synchronisation is the median of what they leave of steps.
  package init?(_ observations: [Observation], _ configuration: ModelConfiguration) {
    let count = Double(ParameterLayout(configuration).parameterCount)
    let samples = observations.map {
      (x: Double($0.batchSize) / Double($0.ranks), y: $0.samples)
    }
    // Of a rank's parameters each costs u s + v.
    let gradients = observations.map {
      (x: Double($0.batchSize), y: $0.gradients * Double($0.ranks) / count)
    }
    guard let sample = Line(fitting: samples), let gradient = Line(fitting: gradients) else {
      return nil
    }
    self.init(
      sample: sample, gradient: gradient, synchronisation: 0, configuration: configuration)
    let left = observations.filter { $0.ranks > 1 }.map { observation in
      let step = step(
        ranks: observation.ranks, nodes: 1, batchSize: observation.batchSize,
        Network(bandwidth: 1, latency: 0))
      return (observation.step / step.total - 1) / logarithm2(Double(observation.ranks))
    }.sorted()
    synchronisation = left.isEmpty ? 0 : max(0, left[left.count / 2])
  }
}

extension CostModel.Line {
  /// The line through `points` with the least relative errors, neither slope nor offset negative;
  /// nil where the points share one x.
  init?(fitting points: [(x: Double, y: Double)]) {
    var (w, wx, wxx, wy, wxy) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for (x, y) in points where y > 0 {
      let weight = 1 / (y * y)
      w += weight
      wx += weight * x
      wxx += weight * x * x
      wy += weight * y
      wxy += weight * x * y
    }
    let determinant = w * wxx - wx * wx
    guard determinant > 1e-9 * w * wxx else { return nil }
    let slope = (w * wxy - wx * wy) / determinant
    let offset = (wxx * wy - wx * wxy) / determinant
    if offset < 0 {
      self.init(slope: wxy / wxx, offset: 0)
    } else if slope < 0 {
      self.init(slope: 0, offset: wy / w)
    } else {
      self.init(slope: slope, offset: offset)
    }
  }
}

/// The binary logarithm.
func logarithm2(_ x: Double) -> Double { log2(x) }
