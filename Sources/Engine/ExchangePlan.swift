internal import Kernels
internal import VAE

/// The gradients that the teams of a job exchange: all that plans of exchanges follow from.
struct ExchangeTask {
  let job: JobLayout
  let layout: ParameterLayout
  /// The number format in which an all-reduce sends gradients.
  var wire = Precision.fp32
  /// The number format of layer inputs and deltas.
  var precision = Precision.fp32
  /// How many latents are drawn of each sample: the rows of a sample in the decoder's matrices.
  var draws = 1
  /// Whether all gradients of a step are kept until the norm of the whole is known.
  var keepsGradients = false
  /// The sizes that batches can have.
  let batchCounts: Set<Int>

  /// The size of a full batch.
  var batchSize: Int { batchCounts.max() ?? 0 }

  /// The index of the decoder's first layer.
  var decoder: Int { layout.decoderLayers.lowerBound }
}

/// The tiles that fall to a rank in an exchange, and the memory that they take.
struct ExchangePlan {
  /// The way of the exchange.
  let way: ExchangeWay

  /// For each team, the tiles of its rank in this rank's lane; no tiles where this rank is in no lane.
  let tiles: [[GradientTile]]

  /// The order in which the rank computes its own tiles.
  let order: TilePlan

  /// Whether all gradients of a step are kept until the norm of the whole is known.
  let keepsGradients: Bool

  /// In an all-reduce: how the buckets of ``order`` are added up, by the size of the batch.
  let buckets: [Int: [BucketPlan]]

  /// In an all-reduce: the memory of gradients and messages.
  let codec: GradientCodec.Size

  /// The floats of the rank's gradients, sums and messages.
  let floats: Int

  /// Whether each of several teams computes and updates some of the tiles, over the whole batch, rather than
  /// all tiles, over its own samples.
  var sharesTiles: Bool { way == .allGather }

  /// How the teams divide a batch.
  var division: BatchDivision { way.division }

  /// Whether the team's memory has the samples of the whole batch, rather than the team's own.
  var holdsWholeBatch: Bool { way.mode != .allReduce }

  /// The plan of an exchange in this `way`: ``ExchangeWay/alone`` in a job of one team, another one in
  /// others.
  init(_ way: ExchangeWay, _ task: ExchangeTask) {
    self.way = way
    keepsGradients = task.keepsGradients
    let (job, tiles) = (task.job, task.layout.tiles)
    switch way {
    case .alone, .allGather:
      let hands = TilePlan.deal(tiles, to: job.teamCount * job.laneCount)
      self.tiles = (0..<job.teamCount).map { team in
        job.lane.map { hands[team * job.laneCount + $0] } ?? []
      }
      let own = self.tiles[job.team]
      order =
        keepsGradients
        ? TilePlan(keeping: own, threads: job.threads, buckets: 1, decoder: task.decoder)
        : TilePlan(applyingAtOnce: own, threads: job.threads)
      (buckets, codec, floats) = ([:], GradientCodec.Size(), order.floats)
    case .allReduce(let bucketCount, _):
      let own = job.lane.map { TilePlan.deal(tiles, to: job.laneCount)[$0] } ?? []
      self.tiles = Array(repeating: own, count: job.teamCount)
      let order = TilePlan(
        keeping: own, threads: job.threads, buckets: bucketCount, decoder: task.decoder)
      self.order = order
      buckets = Dictionary(
        uniqueKeysWithValues: task.batchCounts.map {
          ($0, Self.buckets(order, task, $0, way.division))
        })
      codec = GradientCodec.Size(
        gradient: order.floats,
        subtrees: buckets.values.joined().map { $0.subtrees[job.team].count }.reduce(1, max),
        partials: buckets.values.map { buckets in
          buckets.reduce(0) { $0 + $1.addends(job.team) }
        }.max() ?? 0, wire: task.wire)
      floats = codec.floats
    }
  }

  /// How the buckets of `order` are added up in a batch of `count` samples.
  private static func buckets(
    _ order: TilePlan, _ task: ExchangeTask, _ count: Int, _ division: BatchDivision
  ) -> [BucketPlan] {
    let parts = task.job.parts(ofBatch: count, divided: division)
    return zip(order.buckets, order.areOfDecoder).map { bucket, isOfDecoder in
      BucketPlan(bucket, parts: parts, rowsPerSample: isOfDecoder ? task.draws : 1)
    }
  }
}
