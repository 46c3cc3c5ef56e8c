internal import Glibc
internal import Kernels
internal import Platform
package import VAE

extension CostModel {
  /// What was measured of a job whose ranks are one team on one node: seconds of a full step.
  package struct Observation: Equatable, Sendable {
    /// The number of ranks.
    package var ranks: Int
    /// Images of a step.
    package var batchSize: Int
    /// Seconds of batch, forward and backward, the mean over ranks.
    package var samples: Double
    /// Seconds of gradients and update, the mean over ranks.
    package var gradients: Double
    /// Seconds of the whole step.
    package var step: Double

    /// An observation with these figures.
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

  /// Fits the model to observations of at least two batch sizes; nil where there are fewer.
  ///
  /// The lines have the least squares of relative errors, so that small batches count as much as
  /// large ones. The synchronisation is the median of the part of a step's time that the lines do not
  /// explain, for each doubling of ranks; 0 where that is negative or all observations are of one rank.
  package init?(_ observations: [Observation], _ configuration: ModelConfiguration) {
    let count = Double(ParameterLayout(configuration).parameterCount)
    let samples = observations.map {
      (x: Double($0.batchSize) / Double($0.ranks), y: $0.samples)
    }
    // Each of a rank's parameters costs u s + v seconds.
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
        over: Network(bandwidth: 1, latency: 0, overhead: 0))
      return (observation.step / step.total - 1) / logarithm2(Double(observation.ranks))
    }
    synchronisation = max(0, left.median ?? 0)
  }
}

extension CostModel.Line {
  /// The line through `points` with the least squares of relative errors, where neither slope nor
  /// offset is negative; nil where the points share one x.
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
