internal import Kernels
internal import VAE

/// A way in which teams exchange.
public enum ExchangeWay: Sendable, Equatable {
  /// There is one team: nothing is exchanged.
  case alone
  /// As ``ExchangeMode/allReduce``, where the gradients of each rank travel in about so many buckets. Where
  /// shares are `uneven`, teams have the fewest subtrees, and some of them none: there is less to add up, but
  /// the largest share is larger.
  case allReduce(buckets: Int, uneven: Bool = false)
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

  /// Into about how many buckets an all-reduce cuts the gradients of a rank; nil for other ways.
  public var bucketCount: Int? {
    if case .allReduce(let buckets, _) = self { buckets } else { nil }
  }

  /// Whether teams have uneven shares of the samples in an all-reduce; nil for other ways.
  public var isUneven: Bool? { if case .allReduce(_, let uneven) = self { uneven } else { nil } }

  /// How the teams divide a batch.
  package var division: BatchDivision {
    switch self {
    case .alone, .allGather: .even
    case .allReduce(_, let uneven): uneven ? .byFewestSubtrees : .bySubtrees
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
  }

  /// See ``Reason``.
  public let reason: Reason

  /// The ways that take turns in the first steps, or the only one; those that send fewer bytes come first.
  public let ways: [ExchangeWay]

  /// What the trial of ``ways`` found, the fastest way first: seconds of a step. Empty before its end, and
  /// where there is one way only.
  public internal(set) var measured: [(way: ExchangeWay, seconds: Double)] = []

  /// The way that was chosen; nil as long as several take turns.
  public var way: ExchangeWay? { measured.first?.way ?? (ways.count == 1 ? ways[0] : nil) }

  /// The numbers of buckets that are tried between so many teams: with few, messages cost less; with many,
  /// the first is sent earlier, and the last, which is sent while nothing is computed, is smaller. Every
  /// bucket costs each rank two messages for each other team.
  package static func bucketCounts(teams: Int) -> [Int] { teams > 8 ? [2, 4] : [4, 12] }

  /// A mode is left out without a trial if the team with the most to send or receive has more than so many
  /// times the bytes that the other mode has, and no rank computes less.
  private static let most = 2.0

  /// Ranks compute as much if the largest share is at most so many times as large.
  private static let even = 1.25

  /// The choice for `task`, where `mode` was asked for.
  init(_ mode: ExchangeMode, _ task: ExchangeTask) {
    guard task.job.teamCount > 1 else {
      (reason, ways) = (.alone, [.alone])
      return
    }
    guard task.wire == .fp32 else {
      // Which team rounds an element follows from the buckets: so these must not depend on a trial.
      (reason, ways) = (.asked, [.allReduce(buckets: 4)])
      return
    }
    let reducing = Self.reducingWays(task)
    guard mode == .auto else {
      (reason, ways) = (.asked, mode == .allGather ? [.allGather] : reducing)
      return
    }
    let loads = reducing.map { ExchangeLoad($0, task) }
    let gathering = ExchangeLoad(.allGather, task)
    let (reduced, gathered) = (Double(loads[0].bytes), Double(gathering.bytes))
    // What an all-reduce sends while ranks compute about as much as in an all-gather, where shares are even.
    let evenly = loads.filter {
      Double($0.rankSamples) <= Self.even * Double(gathering.rankSamples)
    }.map { Double($0.bytes) }.min()
    if let evenly, gathered > Self.most * evenly {
      (reason, ways) = (.bytes(times: gathered / evenly), reducing)
    } else if reduced > Self.most * gathered {
      (reason, ways) = (.bytes(times: reduced / gathered), [.allGather])
    } else {
      (reason, ways) = (
        .none, reduced <= gathered ? reducing + [.allGather] : [.allGather] + reducing
      )
    }
  }

  /// The all-reduces to try, those that send fewer bytes first. There is one number of buckets where the
  /// gradients of lane 0, which are as those of the others, have so few tiles that several come to the same;
  /// and shares are uneven only where that saves a tenth of the bytes.
  private static func reducingWays(_ task: ExchangeTask) -> [ExchangeWay] {
    let own = TilePlan.deal(task.layout.tiles, to: task.job.laneCount)[0]
    var counts: [Int] = []
    var known: Set<Int> = []
    for count in bucketCounts(teams: task.job.teamCount) {
      let plan = TilePlan(keeping: own, threads: 1, buckets: count, decoder: task.decoder)
      if known.insert(plan.buckets.count).inserted { counts.append(count) }
    }
    let ways = [true, false].map { uneven in
      counts.map { ExchangeWay.allReduce(buckets: $0, uneven: uneven) }
    }
    let bytes = ways.map { ExchangeLoad($0[0], task).bytes }
    return (10 * bytes[0] < 9 * bytes[1] ? ways[0] : []) + ways[1]
  }
}
