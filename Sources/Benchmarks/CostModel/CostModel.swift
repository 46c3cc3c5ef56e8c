package import Engine
package import VAE

/// How long a step takes on N nodes of R ranks each, with one team on each node and batches of B
/// images. The constants are fitted to measurements. Sources/README.md explains the words tile,
/// lane and bucket.
///
///     step = (samples(b) + gradients(e, s)) (1 + w log₂ R) + 2 L + m o + exposed(T, G)
///
/// What follows from how the exchange divides the work is ``ExchangeLoad``'s; of the ways that
/// training would try, the model takes the fastest, as training does.
///
/// - samples(b) = p b + q: the time for batch, forward and backward of the rank with the most
///   samples, b.
/// - gradients(e, s) = e (u s + v): the time for a rank's tiles, of e parameters in all, over s
///   samples: those of its node in an all-reduce, the whole batch in an all-gather. v is the time to
///   update a parameter.
/// - w: how long a rank waits for the slowest one, as a part of its own time, for each doubling of
///   ranks.
/// - 2 L: addends or samples go one way, sums or parameters come back; L is the latency.
/// - m o: a rank sends and receives m messages, each of which takes its core for the overhead o.
/// - exposed(T, G) = max(l T, T − (1 − f) G): how much longer a step takes because of the
///   transfer. T is the time in which the bytes of the busiest node pass a network that all its
///   lanes share, and G that of the gradients' products, which are computed meanwhile. The first
///   message can leave when a part f of the gradient is computed, and a part l of the bytes waits for
///   all of it: the shares of an all-reduce's first and last buckets, and 1 in an all-gather, which
///   hides nothing.
///
/// The model leaves out: nodes that differ, traffic of other jobs, and memory that gets slower when
/// more cores share it than were measured.
///
/// Latency and overhead are those of Alexandrov et al., "LogGP: incorporating long messages into the
/// LogP model", 1995, whose G is one over the bandwidth.
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

    /// Seconds of a core's time that a message costs the rank which sends it, and again the one which
    /// receives it.
    package var overhead: Double

    /// A network.
    package init(bandwidth: Double, latency: Double, overhead: Double) {
      self.bandwidth = bandwidth
      self.latency = latency
      self.overhead = overhead
    }
  }

  /// The parts of a step, in seconds.
  package struct Step: Equatable, Sendable {
    /// The way in which nodes exchange.
    package var way: ExchangeWay
    /// Batch, forward and backward.
    package var samples: Double
    /// Weight gradients.
    package var gradients: Double
    /// The update.
    package var update: Double
    /// Waiting for other ranks of the node.
    package var synchronisation: Double
    /// The latencies of the exchange.
    package var latency: Double
    /// Sending and receiving the messages, however short they are.
    package var messages: Double
    /// The transfer of the bytes, without the part that is hidden behind products.
    package var bytes: Double

    /// The time of the whole step.
    package var total: Double {
      samples + gradients + update + synchronisation + latency + messages + bytes
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
  /// The times of a step of `batchSize` images, with `ranks` ranks on each of `nodes` nodes, in the
  /// fastest of the ways that training would try.
  package func step(ranks: Int, nodes: Int, batchSize: Int, over network: Network) -> Step {
    let loads = ExchangeLoad.all(
      teams: nodes, ranks: ranks, batchSize: batchSize, layout: ParameterLayout(configuration))
    return loads.map { step($0, ranks: ranks, over: network) }.min { $0.total < $1.total }!
  }

  /// The times of a step with this `load`.
  private func step(_ load: ExchangeLoad, ranks: Int, over network: Network) -> Step {
    let count = Double(load.parameters)
    let samples =
      load.rankSamples == 0 ? 0 : sample.slope * Double(load.rankSamples) + sample.offset
    let gradients = count * gradient.slope * Double(load.gradientSamples)
    let update = count * gradient.offset
    let transfer = Double(load.bytes) / network.bandwidth
    return Step(
      way: load.way, samples: samples, gradients: gradients, update: update,
      synchronisation: (samples + gradients + update) * synchronisation
        * logarithm2(Double(ranks)),
      latency: load.way == .alone ? 0 : 2 * network.latency,
      messages: Double(load.messages) * network.overhead,
      bytes: max(load.lastBucket * transfer, transfer - (1 - load.firstBucket) * gradients))
  }
}
