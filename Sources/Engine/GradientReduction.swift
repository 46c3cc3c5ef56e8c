internal import Kernels
internal import MPI

/// Adds up the gradients of a lane's ranks, bucket by bucket, while later buckets are computed.
///
/// A bucket is cut into as many pieces as there are teams. Each team sends every piece to the team that sums
/// this piece. The summing team adds the pieces in the order of the teams, and sends the sum back to all: a
/// reduce-scatter and an all-gather, each of direct messages. Each of N teams sends 2 (N − 1)/N of the
/// bucket's bytes, and no algorithm needs fewer; all teams get the same bits.
///
/// Patarasuk and Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations",
/// 2009.
///
/// MPI moves messages on only while it is called; so the main thread calls ``advance(computed:_:)`` after
/// each tile that it computes.
struct GradientReduction {
  private let codec: GradientCodec
  private let ranges: [Range<Int>]
  private var buckets: [Bucket] = []
  private var stages: [Stage]

  /// What is being done with a bucket: its tiles are computed, its pieces go to the teams that add them up,
  /// the sums come back, or all of it is here.
  private enum Stage { case computing, reducing, spreading, done }

  private struct Bucket {
    /// The piece that this team sums; `others` are those that other teams sum.
    let own: Range<Int>
    let others: [Range<Int>]

    /// The addends of the sum in ``own``, one from each team, in the order of the teams.
    let terms: [Vector]

    /// Where the terms that other teams send lie in ``GradientCodec/partials``.
    let partials: Range<Int>

    /// The numbers of the groups of messages that bring addends, and sums.
    let reduce: Int
    let spread: Int
  }

  /// Adds up the `buckets` of the gradients of `codec`.
  init(_ buckets: [Range<Int>], _ codec: GradientCodec) {
    (self.codec, ranges) = (codec, buckets)
    stages = buckets.map { _ in .computing }
  }

  /// Adds the groups of all buckets to `messages`, the lane's; every rank of the lane has the same buckets.
  mutating func prepare<Messages: LaneMessages & ~Copyable>(_ messages: inout Messages) throws {
    let (team, teams) = (messages.rank, messages.size)
    var end = 0
    for range in ranges {
      let pieces = GradientCodec.pieces(of: range, teams: teams)
      let own = pieces[team]
      let slots = (0..<teams - 1).map { end + $0 * own.count..<end + ($0 + 1) * own.count }
      let (others, sources) = Self.others(team, teams)
      let reduce = messages.addGroup()
      for (slot, source) in zip(slots, sources) {
        try codec.addPartial(slot, from: source, to: &messages)
      }
      for other in others { try codec.addSend(pieces[other], to: other, in: &messages) }
      let spread = messages.addGroup()
      for other in others { try codec.addSum(pieces[other], from: other, to: &messages) }
      for other in others { try codec.addSend(own, to: other, in: &messages) }
      var terms = slots.map { codec.partials[$0] }
      terms.insert(codec.gradients[own], at: team)
      buckets.append(
        Bucket(
          own: own, others: others.map { pieces[$0] }, terms: terms,
          partials: end..<end + slots.count * own.count, reduce: reduce, spread: spread))
      end += slots.count * own.count
    }
  }

  /// The numbers of the `count` teams but `team`: `rotated` to begin with the next, the order in which to
  /// send to them, so that not all teams send to one at once; and `ordered`.
  private static func others(_ team: Int, _ count: Int) -> (rotated: [Int], ordered: [Int]) {
    ((1..<max(count, 1)).map { (team + $0) % count }, (0..<count).filter { $0 != team })
  }

  /// The bytes of gradients and sums that this rank gives MPI in a step.
  func sentBytes<Messages: LaneMessages & ~Copyable>(_ messages: borrowing Messages) -> Int {
    var bytes = 0
    for bucket in buckets {
      bytes += messages.sentBytes(bucket.reduce) + messages.sentBytes(bucket.spread)
    }
    return bytes
  }
}

extension GradientReduction {
  /// Begins a step, in which no bucket is computed yet.
  mutating func begin() {
    for number in stages.indices { stages[number] = .computing }
  }

  /// Advances each of the first `computed` buckets as far as possible without waiting.
  mutating func advance<Messages: LaneMessages & ~Copyable>(
    computed: Int, _ messages: inout Messages?
  ) throws {
    for number in 0..<computed { try advance(number, &messages) }
  }

  /// Waits until this rank has all sums of bucket `number`; to be called once all buckets are computed.
  mutating func wait<Messages: LaneMessages & ~Copyable>(
    for number: Int, _ messages: inout Messages?
  ) throws {
    while stages[number] != .done { try advance(computed: buckets.count, &messages) }
  }

  private mutating func advance<Messages: LaneMessages & ~Copyable>(
    _ number: Int, _ messages: inout Messages?
  ) throws {
    switch stages[number] {
    case .computing:
      for range in buckets[number].others { codec.encode(range) }
      try messages?.start(buckets[number].reduce)
      stages[number] = .reducing
    case .reducing where try messages?.test(buckets[number].reduce) ?? true:
      let own = buckets[number].own
      codec.decode(partials: buckets[number].partials)
      codec.gradients[own].setToSum(of: buckets[number].terms)
      codec.encode(own)
      codec.decode(own)
      try messages?.start(buckets[number].spread)
      stages[number] = .spreading
    case .spreading where try messages?.test(buckets[number].spread) ?? true:
      for range in buckets[number].others { codec.decode(range) }
      stages[number] = .done
    default: return
    }
  }
}
