internal import Engine
internal import Images
internal import Kernels
package import VAE

/// How long a step takes on N nodes of R ranks each, with one team on each node and batches of B
/// images. The constants are fitted to measurements. Sources/README.md explains the words tile,
/// lane and bucket.
///
///     step = (samples(b) + gradients(e, s)) (1 + w log₂ R) + 2 l + exposed(T, G)
///
/// - samples(b) = p b + q: the time for batch, forward and backward of the rank with the largest
///   shard, which has b images: see ``BatchDivision/bySubtrees``.
/// - gradients(e, s) = e (u s + v): the time for a rank's tiles, of e parameters in all, over the s
///   samples of the node with the most; v is the time to update a parameter, which more nodes do not
///   shorten. e is the number of parameters of the largest lane.
/// - w: how long a rank waits for the slowest one, as a part of its own time, for each doubling of
///   ranks.
/// - 2 l: the parts of a gradient go one way, and their sums come back; l is the latency.
/// - exposed(T, G) = max(T/k, T − (1 − 1/k) G): how much longer a step takes because of the
///   transfer. T is the time of the transfer, and G the time of the gradients' products, which are
///   computed meanwhile. The gradient is sent in k buckets: the first when a k-th part of it is
///   computed, the last when all of it is; k is 12, and 4 between more than eight nodes.
///   T = 2 (N − 1)/N S / c for S bytes of gradient and losses, more where N is no power of two, and
///   a network of c bytes a second, which all lanes of a node share.
///
/// The model leaves out: nodes that differ, traffic of other jobs, and memory that gets slower when
/// more cores share it than were measured.
package struct CostModel: Codable, Equatable, Sendable {
  /// p and q: seconds for each sample, and for each step.
  package var sample: Line

  /// u and v: seconds for each parameter and sample, and for each parameter.
  package var gradient: Line

  /// w: the time that ranks wait for one another, as a fraction of the time that they work, for each
  /// doubling of ranks.
  package var synchronisation: Double

  /// The model's sizes.
  package var configuration: ModelConfiguration

  /// y = slope x + offset.
  package struct Line: Codable, Equatable, Sendable {
    /// The change of y for 1 more of x.
    package var slope: Double

    /// The y of x = 0.
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
    /// Waiting for other ranks of the node.
    package var synchronisation: Double
    /// The all-reduce's latencies.
    package var latency: Double
    /// The transfer of the all-reduce's bytes, without the part that is hidden behind products.
    package var bytes: Double

    /// The time of the whole step.
    package var total: Double {
      samples + gradients + update + synchronisation + latency + bytes
    }
  }

  /// A model with these constants.
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
  /// The times of a step of `batchSize` images, with `ranks` ranks on each of `nodes` nodes.
  package func step(ranks: Int, nodes: Int, batchSize: Int, over network: Network) -> Step {
    let split = Split(configuration, ranks: ranks, nodes: nodes, batchSize: batchSize)
    let count = Double(split.parameters)
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
        split.bytes / network.bandwidth, behind: gradients,
        buckets: ExchangeChoice.bucketCounts(teams: nodes).max()!))
  }

  /// The part of `network` seconds of transfer that is not hidden behind `gradients` seconds of
  /// products.
  private static func exposed(
    _ network: Double, behind gradients: Double, buckets: Int
  ) -> Double {
    let buckets = Double(buckets)
    return max(network / buckets, network - (1 - 1 / buckets) * gradients)
  }

  /// The work of the rank, the node and the lane that have the most to do.
  struct Split: Equatable {
    /// Samples of the rank.
    let rankSamples: Int
    /// Samples of the node.
    let nodeSamples: Int
    /// Parameters of the lane's tiles.
    let parameters: Int
    /// Bytes that the lanes of a node send and receive: sums over subtrees, sums over the batch, and
    /// the losses; the mean over nodes.
    let bytes: Double

    init(_ configuration: ModelConfiguration, ranks: Int, nodes: Int, batchSize: Int) {
      let layout = ParameterLayout(configuration)
      let job = JobLayout(
        teamSizes: Array(repeating: ranks, count: nodes), team: 0, member: 0, threads: 1)
      let batch = 0..<batchSize
      rankSamples = (0..<ranks * nodes).map { place in
        job.positions(ofPlace: place, in: batch, divided: .bySubtrees).count
      }.max()!
      nodeSamples = (0..<nodes).map { node in
        job.positions(ofTeam: node, in: batch, divided: .bySubtrees).count
      }.max()!
      parameters = TilePlan.deal(layout.tiles, to: ranks)
        .map { $0.reduce(0) { $0 + $1.range.count } }.max()!
      let floats =
        job.sentGradientFloats(of: layout, batchSize: batchSize) + 2 * (nodes - 1) * batchSize
      bytes = Double(floats * MemoryLayout<Float>.stride) / Double(nodes)
    }
  }
}
