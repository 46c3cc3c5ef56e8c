internal import Kernels
internal import VAE

/// A way in which teams exchange.
public enum ExchangeWay: Sendable, Equatable {
  /// There is one team: nothing is exchanged.
  case alone
  /// As ``ExchangeMode/allReduce``, where the gradients of each rank travel in about so many buckets.
  case allReduce(buckets: Int)
  /// As ``ExchangeMode/allGather``.
  case allGather

  /// The mode that stands for this way; nil for a lone team's.
  public var mode: ExchangeMode? {
    switch self {
    case .alone: nil
    case .allReduce: .allReduce
    case .allGather: .allGather
    }
  }
}

/// In which way teams exchange, and why.
public struct ExchangeChoice: Sendable {
  /// Why there is no other mode to choose from.
  public enum Reason: Sendable, Equatable {
    /// Both modes are tried.
    case none
    /// There is one team.
    case alone
    /// The mode was asked for, or is the only one that can round what is sent.
    case asked
    /// The other mode would send so many times the bytes.
    case bytes(times: Double)
    /// With an all-reduce some team would have no samples.
    case idleTeam
  }

  /// See ``Reason``.
  public let reason: Reason

  /// The ways that take turns in the first steps, or the only one; those that send fewer bytes come first.
  public let ways: [ExchangeWay]

  /// What the trial of ``ways`` found, the fastest way first: the medians of the seconds of a step. Empty
  /// before its end, and where there is one way only.
  public internal(set) var measured: [(way: ExchangeWay, seconds: Double)] = []

  /// The way that was chosen; nil as long as several take turns.
  public var way: ExchangeWay? { measured.first?.way ?? (ways.count == 1 ? ways[0] : nil) }

  /// The numbers of buckets that are tried between so many teams: with few, messages cost less; with many, the
  /// first is sent earlier, and the last, which is sent while nothing is computed, is smaller. Every bucket
  /// costs each rank two messages for each other team.
  package static func bucketCounts(teams: Int) -> [Int] { teams > 8 ? [2, 4] : [4, 12] }

  /// A mode is left out without a trial if it sends more than so many times the bytes of the other: no network
  /// makes up for that.
  private static let most = 2.0

  /// The choice for `task`, where `mode` was asked for.
  init(_ mode: ExchangeMode, _ task: ExchangeTask) {
    let reducing = Self.reducingWays(task)
    guard task.job.teamCount > 1 else {
      (reason, ways) = (.alone, [.alone])
      return
    }
    guard task.wire == .fp32 else {
      // Which team rounds an element follows from the buckets: so these must not depend on a trial.
      (reason, ways) = (.asked, [.allReduce(buckets: 4)])
      return
    }
    guard mode == .auto else {
      (reason, ways) = (.asked, mode == .allGather ? [.allGather] : reducing)
      return
    }
    let parts = ExchangePlan.parts(of: task.batchSize, task.job, .bySubtrees)
    let reduced = Double(ExchangePlan.sentFloats(reducing[0], task))
    let gathered = Double(ExchangePlan.sentFloats(.allGather, task))
    if parts.contains(where: \.isEmpty) {
      (reason, ways) = (.idleTeam, [.allGather])
    } else if gathered > Self.most * reduced {
      (reason, ways) = (.bytes(times: gathered / reduced), reducing)
    } else if reduced > Self.most * gathered {
      (reason, ways) = (.bytes(times: reduced / gathered), [.allGather])
    } else {
      (reason, ways) = (
        .none, reduced <= gathered ? reducing + [.allGather] : [.allGather] + reducing
      )
    }
  }

  /// The all-reduces to try: one where the gradients of lane 0, which are as those of the others, have so few
  /// tiles that both numbers of buckets come to the same.
  private static func reducingWays(_ task: ExchangeTask) -> [ExchangeWay] {
    let own = TilePlan.deal(task.layout.tiles, to: task.job.laneCount)[0]
    var ways: [ExchangeWay] = []
    var known: Set<Int> = []
    for count in bucketCounts(teams: task.job.teamCount) {
      let plan = TilePlan(keeping: own, threads: 1, buckets: count, decoder: task.decoder)
      if known.insert(plan.buckets.count).inserted { ways.append(.allReduce(buckets: count)) }
    }
    return ways
  }
}
