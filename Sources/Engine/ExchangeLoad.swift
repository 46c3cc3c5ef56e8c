internal import Kernels
package import VAE

/// What a way of exchanging asks, in a step on a full batch, of the rank and of the team that have the most
/// to do.
///
/// Requests and verdicts, a few bytes of each rank, are left out of the bytes.
package struct ExchangeLoad: Sendable {
  /// The way.
  package let way: ExchangeWay

  /// Samples of the rank with the most.
  package let rankSamples: Int

  /// Samples over which the team with the most sums gradients.
  package let gradientSamples: Int

  /// Parameters of which the rank with the most computes the gradient, and which it updates.
  package let parameters: Int

  /// Bytes out of the team that sends the most or into the team that receives the most, whichever are more.
  package let bytes: Int

  /// Messages that a rank of the first lane sends and receives, in the team with the most.
  package let messages: Int

  /// The part of a gradient that is computed before the first message is sent; 1 where nothing is sent before
  /// all is computed.
  package let firstBucket: Double

  /// The part of what is sent that travels when all is computed, however fast the network is.
  package let lastBucket: Double

  /// The load of `way` in an exchange as `task` describes it.
  init(_ way: ExchangeWay, _ task: ExchangeTask) {
    let (job, tiles) = (task.job, task.layout.tiles)
    let division = way.division
    let parts = job.parts(ofBatch: task.batchSize, divided: division)
    let hands = TilePlan.deal(
      tiles, to: way == .allGather ? job.teamCount * job.laneCount : job.laneCount)
    self.way = way
    rankSamples = zip(parts, job.teams).map { ($0.count + $1.count - 1) / $1.count }.max() ?? 0
    parameters = hands.map(\.parameterCount).max() ?? 0
    var traffic = parts.map { Traffic(losses: $0.count, of: task.batchSize, teams: parts.count) }
    switch way {
    case .alone:
      gradientSamples = task.batchSize
      (firstBucket, lastBucket) = (1, 1)
    case .allGather:
      gradientSamples = task.batchSize
      Self.addGathering(hands, parts, task, to: &traffic)
      (firstBucket, lastBucket) = (1, 1)
    case .allReduce(let count, _):
      let plans = hands.map {
        TilePlan(keeping: $0, threads: 1, buckets: count, decoder: task.decoder)
      }
      gradientSamples = parts.map(\.count).max() ?? 0
      Self.addReducing(plans, parts, task, to: &traffic)
      let sizes = plans[0].buckets.map { Double($0.count) / Double(max(plans[0].floats, 1)) }
      (firstBucket, lastBucket) = (sizes.first ?? 1, sizes.last ?? 1)
    }
    bytes = traffic.map { max($0.sent, $0.received) }.max() ?? 0
    messages = traffic.map(\.messages).max() ?? 0
  }

  /// What a team sends and receives: the bytes of all its lanes, and the messages of its first lane.
  private struct Traffic {
    var sent: Int
    var received: Int
    var messages = 0

    /// Sends to the other `teams` the losses of `own` of `count` samples, and receives theirs.
    init(losses own: Int, of count: Int, teams: Int) {
      let sample = BatchReport.parts * MemoryLayout<Float>.size
      sent = (teams - 1) * own * sample
      received = teams > 1 ? (count - own) * sample : 0
    }
  }
}

extension ExchangeLoad {
  /// The loads of the ways among which `teams` teams of `ranks` ranks choose, to train the model of `layout`
  /// on batches of `batchSize` samples.
  package static func all(
    teams: Int, ranks: Int, batchSize: Int, layout: ParameterLayout
  ) -> [ExchangeLoad] {
    let job = JobLayout(
      teamSizes: Array(repeating: ranks, count: teams), team: 0, member: 0, threads: 1)
    let task = ExchangeTask(job: job, layout: layout, batchCounts: [batchSize])
    return ExchangeChoice(.auto, task).ways.map { ExchangeLoad($0, task) }
  }

  /// Adds to the `traffic` of each team what it sends and receives where the lanes' gradients are added up as
  /// in `plans`.
  private static func addReducing(
    _ plans: [TilePlan], _ parts: [Range<Int>], _ task: ExchangeTask,
    to traffic: inout [Traffic]
  ) {
    let size = task.wire == .fp32 ? MemoryLayout<Float>.size : MemoryLayout<BFloat16>.size
    // The first rank reports losses, where its team has some, requests and a verdict, a message each.
    let reports = parts.map { $0.isEmpty ? 2 : 3 }
    addMessages(reports, to: &traffic)
    for (lane, order) in plans.enumerated() {
      for (bucket, isOfDecoder) in zip(order.buckets, order.areOfDecoder) {
        let plan = BucketPlan(
          bucket, parts: parts, rowsPerSample: isOfDecoder ? task.draws : 1)
        for team in traffic.indices {
          traffic[team].sent += size * plan.sentFloats(team)
          traffic[team].received += size * plan.receivedFloats(team)
          if lane == 0 { traffic[team].messages += plan.messages(team) }
        }
      }
    }
  }

  /// Adds to the `traffic` of each team what it sends and receives where teams get one another's samples in
  /// `parts`, and the parameters of one another's `hands`, a rank's each, team after team.
  private static func addGathering(
    _ hands: [[GradientTile]], _ parts: [Range<Int>], _ task: ExchangeTask,
    to traffic: inout [Traffic]
  ) {
    let sample = Activations.gatheredCount(
      task.layout, draws: task.draws, precision: task.precision)
    // A layer's inputs and deltas are a message each, but for the pixels; so are losses and requests, and the
    // parameters of each tile.
    let arrays = 2 * task.layout.layers.count - 1
    let lanes = task.job.laneCount
    let teams = parts.enumerated().map { team, part in
      let own = hands[team * lanes..<(team + 1) * lanes]
      return (
        bytes: (part.count * sample + own.reduce(0) { $0 + $1.parameterCount })
          * MemoryLayout<Float>.size,
        messages: (part.isEmpty ? 0 : arrays + 1) + 1 + own.first!.count
      )
    }
    let bytes = teams.reduce(0) { $0 + $1.bytes }
    for (number, team) in teams.enumerated() {
      traffic[number].sent += (parts.count - 1) * team.bytes
      traffic[number].received += bytes - team.bytes
    }
    addMessages(teams.map(\.messages), to: &traffic)
  }

  /// Adds to the `traffic` of each team the messages of all teams, each of which sends so many of `own` to
  /// each other.
  private static func addMessages(_ own: [Int], to traffic: inout [Traffic]) {
    let all = own.reduce(0, +)
    for (team, own) in own.enumerated() {
      traffic[team].messages += (traffic.count - 1) * own + all - own
    }
  }
}

extension [GradientTile] {
  /// The parameters of all these tiles.
  fileprivate var parameterCount: Int { reduce(0) { $0 + $1.range.count } }
}
