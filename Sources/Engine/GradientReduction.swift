internal import Kernels
internal import MPI

/// Adds up a lane's message over the teams, bucket by bucket, while later buckets are computed.
///
/// A bucket is cut into as many pieces as there are teams. Each team sends every piece to the team
/// that sums it, which adds them in the order of the teams and sends the sum back to all: a
/// reduce-scatter and an all-gather, each of direct messages. 2 (N − 1)/N of the bucket leave each
/// of N teams, which no algorithm betters, and all teams get the same bits.
///
/// Patarasuk and Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations",
/// 2009.
///
/// MPI moves messages on while it is called; so whoever computes calls ``advance(computed:)`` now
/// and then.
struct GradientReduction: ~Copyable {
  private let wire: Wire
  private var messages: PersistentMessages
  private var buckets: [Bucket] = []
  private var stages: [Stage]

  /// How far a bucket is.
  private enum Stage { case computing, reducing, spreading, done }

  private struct Bucket {
    /// The piece that this team sums, and those of the others.
    let own: Range<Int>
    let others: [Range<Int>]

    /// What is added up, in the order of the teams, of ``own``.
    let terms: [Vector]

    /// Where the others' parts of ``terms`` lie among all that is received.
    let partials: Range<Int>

    /// The groups of messages.
    let reduce: Int
    let spread: Int
  }

  /// Prepares to add up the `buckets` of a message whose parts lie as `wire` says; the other teams,
  /// on `lane`, have the same buckets. Messages have tags from `firstTag` on.
  init(
    _ buckets: [Range<Int>], _ wire: Wire, over lane: borrowing Communicator, firstTag: Int
  ) throws {
    self.wire = wire
    messages = lane.persistentMessages(firstTag: firstTag)
    stages = buckets.map { _ in .computing }
    var end = 0
    for range in buckets {
      let pieces = Wire.pieces(of: range, teams: lane.size)
      let own = pieces[lane.rank]
      let slots = (0..<lane.size - 1).map { end + $0 * own.count..<end + ($0 + 1) * own.count }
      let (others, sources) = Self.others(lane.rank, lane.size)
      let reduce = messages.addGroup()
      for (slot, team) in zip(slots, sources) { try wire.addPartial(slot, team, &messages) }
      for team in others { try wire.addSend(pieces[team], team, &messages) }
      let spread = messages.addGroup()
      for team in others { try wire.addSum(pieces[team], team, &messages) }
      for team in others { try wire.addSend(own, team, &messages) }
      var terms = slots.map { wire.partials[$0] }
      terms.insert(wire.message[own], at: lane.rank)
      self.buckets.append(
        Bucket(
          own: own, others: others.map { pieces[$0] }, terms: terms,
          partials: end..<end + slots.count * own.count, reduce: reduce, spread: spread))
      end += slots.count * own.count
    }
  }

  /// The other teams: in the order in which to send to them, so that not all send to one at once;
  /// and in their own.
  private static func others(_ team: Int, _ count: Int) -> (rotated: [Int], ordered: [Int]) {
    ((1..<max(count, 1)).map { (team + $0) % count }, (0..<count).filter { $0 != team })
  }

  /// The bytes that this rank gives MPI in a step.
  var sentBytes: Int {
    (0..<messages.count).reduce(0) { $0 + messages.sentBytes($1) }
  }

  /// Gives the requests back.
  consuming func free() throws { try messages.free() }
}

extension GradientReduction {
  /// Begins a step: no bucket is computed.
  mutating func begin() {
    for number in stages.indices { stages[number] = .computing }
  }

  /// Takes every bucket as far as it goes without waiting, of which the first `computed` are
  /// computed.
  mutating func advance(computed: Int) throws {
    for number in 0..<computed { try advance(number) }
  }

  /// Waits until bucket `number` is summed on all teams; all are computed.
  mutating func wait(for number: Int) throws {
    while stages[number] != .done { try advance(computed: buckets.count) }
  }

  private mutating func advance(_ number: Int) throws {
    switch stages[number] {
    case .computing:
      for range in buckets[number].others { wire.encode(range) }
      try messages.start(buckets[number].reduce)
      stages[number] = .reducing
    case .reducing where try messages.test(buckets[number].reduce):
      let own = buckets[number].own
      wire.decode(partials: buckets[number].partials)
      wire.message[own].setToSum(of: buckets[number].terms)
      wire.encode(own)
      wire.decode(own)
      try messages.start(buckets[number].spread)
      stages[number] = .spreading
    case .spreading where try messages.test(buckets[number].spread):
      for range in buckets[number].others { wire.decode(range) }
      stages[number] = .done
    default: return
    }
  }
}
