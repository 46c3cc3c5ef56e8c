internal import Engine
internal import Images
internal import Kernels
package import VAE

/// What a step takes on N nodes of R ranks each, teams by node, at batch B; fitted to measurements.
///
///     step = (samples(b) + gradients(e, B/N)) (1 + w log₂ R) + 2 l + exposed(T, G)
///
/// - samples(b) = p b + q: batch, forward and backward of the rank with the largest shard. b
///   follows from ``Shard``: shards are even to one image.
/// - gradients(e, s) = e (u s + v): a rank's tiles, of e parameters in all, over the s samples of
///   its node; v is the update, which no node is spared. e is that of the lane to which the most
///   was dealt.
/// - w: a barrier takes a microsecond, but ranks are never equally fast, and each waits for the
///   last.
/// - 2 l: a gradient's parts go one way, and their sums the other; l is the latency.
/// - exposed(T, G) = max(T/4, T − 3/4 G): of the time T = 2 (N − 1)/N S / c that S bytes of
///   gradient take through a network of c bytes a second, which a node's lanes share, what the
///   gradients' products G do not hide. Of four buckets, the first leaves when a quarter is
///   computed, and the last when all is.
///
/// Not in the model: unlike nodes, traffic of others, and what memory that all cores share costs
/// with more of them than were measured.
package struct CostModel: Codable, Equatable, Sendable {
  /// p and q: seconds a sample, and a step.
  package var sample: Line

  /// u and v: seconds a parameter and sample, and a parameter.
  package var gradient: Line

  /// w: the part of the work that two ranks wait in addition.
  package var synchronisation: Double

  /// The model's sizes.
  package var configuration: ModelConfiguration

  /// y = slope x + offset.
  package struct Line: Codable, Equatable, Sendable {
    /// What one more of x adds.
    package var slope: Double

    /// What is there without any.
    package var offset: Double

    /// A line.
    package init(slope: Double, offset: Double) {
      self.slope = slope
      self.offset = offset
    }
  }

  /// A network between nodes.
  package struct Network: Equatable, Sendable {
    /// Bytes a second out of a node, and into it at the same time.
    package var bandwidth: Double

    /// Seconds from one node to another.
    package var latency: Double

    /// A network.
    package init(bandwidth: Double, latency: Double) {
      self.bandwidth = bandwidth
      self.latency = latency
    }
  }

  /// The parts of a step, in seconds.
  package struct Step: Equatable, Sendable {
    /// Batch, forward and backward.
    package var samples: Double
    /// Weight gradients.
    package var gradients: Double
    /// The update.
    package var update: Double
    /// Barriers and jitter within a node.
    package var synchronisation: Double
    /// The all-reduce's latencies.
    package var latency: Double
    /// The all-reduce's bytes, as far as no products hide them.
    package var bytes: Double

    /// The whole.
    package var total: Double {
      samples + gradients + update + synchronisation + latency + bytes
    }
  }

  /// Puts a model together.
  package init(
    sample: Line, gradient: Line, synchronisation: Double, configuration: ModelConfiguration
  ) {
    self.sample = sample
    self.gradient = gradient
    self.synchronisation = synchronisation
    self.configuration = configuration
  }
}

extension CostModel {
  /// The step of `ranks` on each of `nodes` at `batchSize`.
  package func step(ranks: Int, nodes: Int, batchSize: Int, _ network: Network) -> Step {
    let split = Split(configuration, ranks: ranks, nodes: nodes, batchSize: batchSize)
    let (size, count) = (Double(nodes), Double(split.parameters))
    let samples =
      split.rankSamples == 0 ? 0 : sample.slope * Double(split.rankSamples) + sample.offset
    let gradients = count * gradient.slope * Double(split.nodeSamples)
    let update = count * gradient.offset
    return Step(
      samples: samples, gradients: gradients, update: update,
      synchronisation: (samples + gradients + update) * synchronisation
        * logarithm2(Double(ranks)),
      latency: nodes > 1 ? 2 * network.latency : 0,
      bytes: Self.exposed(
        (size - 1) / size * Double(split.bytes) / network.bandwidth, behind: gradients))
  }

  /// What of `network` seconds is left beside `gradients` seconds of products.
  private static func exposed(_ network: Double, behind gradients: Double) -> Double {
    let buckets = Double(TilePlan.mostBuckets)
    return max(network / buckets, network - (1 - 1 / buckets) * gradients)
  }

  /// What falls to the rank and the node that have most to do.
  struct Split: Equatable {
    /// Samples of a rank.
    let rankSamples: Int
    /// Samples of a node.
    let nodeSamples: Int
    /// Parameters of a lane's tiles.
    let parameters: Int
    /// Bytes that a node's lanes send and bring: the gradient's parts and sums, and the losses.
    let bytes: Int

    init(_ configuration: ModelConfiguration, ranks: Int, nodes: Int, batchSize: Int) {
      let layout = ParameterLayout(configuration)
      let all = ranks * nodes
      rankSamples = (0..<all).map { rank in
        Shard(rank: rank, of: all).part(of: 0..<batchSize).count
      }.max()!
      nodeSamples = (0..<nodes).map { node in
        Shard(ranks: node * ranks..<(node + 1) * ranks, of: all)
          .part(of: 0..<batchSize).count
      }.max()!
      parameters = TilePlan.deal(layout.tiles, to: ranks)
        .map { $0.reduce(0) { $0 + $1.range.count } }.max()!
      bytes = (2 * layout.parameterCount + 2 * batchSize) * MemoryLayout<Float>.stride
    }
  }
}
