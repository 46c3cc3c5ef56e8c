internal import Kernels
internal import MPI
internal import Ranks

/// Adds up the gradients of a lane's ranks, bucket by bucket, while later buckets are computed.
///
/// A bucket is cut into pieces, one for each team that adds: see ``BucketPlan``. Each team sends every piece
/// to the team that adds this piece up. That team adds in the order of the ``PositionTree``, and sends the
/// sum back to all: a reduce-scatter and an all-gather, each of direct messages. Where each of N teams has
/// one subtree, it sends 2 (N − 1)/N of the bucket's bytes, and no algorithm needs fewer; all teams get the
/// same bits.
///
/// Patarasuk and Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations",
/// 2009.
///
/// MPI moves messages on only while it is called; so the main thread calls ``advance(computed:_:)`` after
/// each tile that it computes.
struct GradientReduction {
  private let codec: GradientCodec
  private let plans: [BucketPlan]
  private var buckets: [Bucket] = []
  private var stages: [Stage]

  /// What is being done with a bucket: its tiles are computed, its pieces go to the teams that add them up,
  /// the sums come back, or all of it is here.
  private enum Stage { case computing, reducing, spreading, done }

  private struct Bucket {
    /// The piece that this team adds up; `others` are those that other teams add up.
    let own: Range<Int>
    let others: [Range<Int>]

    /// How many gradients this team has, one for each of its subtrees.
    let subtrees: Int

    /// What is added to what so that ``own`` has the sum, in this order.
    let additions: [(into: Vector, from: Vector)]

    /// Where what other teams send lies in ``GradientCodec/partials``.
    let partials: Range<Int>

    /// The numbers of the groups of messages that bring addends, and sums.
    let reduce: Int
    let spread: Int
  }

  /// Adds up the buckets of `plans`, whose gradients `codec` has.
  init(_ plans: [BucketPlan], _ codec: GradientCodec) {
    (self.codec, self.plans) = (codec, plans)
    stages = plans.map { _ in .computing }
  }

  /// Adds the groups of all buckets to `messages`, the lane's; every rank of the lane has the same buckets.
  mutating func prepare<Messages: LaneMessages & ~Copyable>(_ messages: inout Messages) throws {
    var end = 0
    for plan in plans {
      let partials = end..<end + plan.addends(messages.rank)
      end = partials.upperBound
      buckets.append(try prepare(plan, partials, &messages))
    }
  }

  private func prepare<Messages: LaneMessages & ~Copyable>(
    _ plan: BucketPlan, _ partials: Range<Int>, _ messages: inout Messages
  ) throws -> Bucket {
    let team = messages.rank
    let own = plan.pieces[team]
    // Beginning with the next, so that not all teams send to one at once.
    let others = (1..<max(messages.size, 1)).map { (team + $0) % messages.size }
    let reduce = messages.addGroup()
    var slot = partials.lowerBound..<partials.lowerBound + own.count
    let mine = plan.subtrees[team].indices
    // The sums over all subtrees, in the order of the teams.
    var terms: [Vector] = []
    for source in 0..<messages.size {
      if source == team {
        terms += mine.map { codec.gradients[$0][own] }
        continue
      }
      for _ in plan.subtrees[source] {
        if mine.isEmpty, terms.isEmpty {
          // Nothing is computed here: the sum begins with what comes.
          try codec.addSum(own, from: source, to: &messages)
          terms.append(codec.gradients[0][own])
          continue
        }
        try codec.addPartial(slot, from: source, to: &messages)
        terms.append(codec.partials[slot])
        slot = slot.shifted(by: own.count)
      }
    }
    for other in others {
      for subtree in mine {
        try codec.addSend(plan.pieces[other], of: subtree, to: other, in: &messages)
      }
    }
    let spread = messages.addGroup()
    for other in others { try codec.addSum(plan.pieces[other], from: other, to: &messages) }
    for other in others { try codec.addSend(own, to: other, in: &messages) }
    return Bucket(
      own: own, others: others.map { plan.pieces[$0] }, subtrees: mine.count,
      additions: own.isEmpty
        ? [] : plan.additions(in: team).map { (terms[$0.into], terms[$0.from]) },
      partials: partials, reduce: reduce, spread: spread)
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
    for number: Int, _ messages: inout Messages?, _ lane: LaneRanks
  ) throws {
    try RankActivity.own.during(.waitingForMessages) {
      var looks = 0
      while stages[number] != .done {
        try advance(computed: buckets.count, &messages)
        try lane.answer(pendingSources(number, messages), after: &looks)
      }
    }
  }

  /// The teams whose messages bucket `number` waits for.
  private func pendingSources<Messages: LaneMessages & ~Copyable>(
    _ number: Int, _ messages: borrowing Messages?
  ) throws -> [Int] {
    let group =
      switch stages[number] {
      case .reducing: buckets[number].reduce
      case .spreading: buckets[number].spread
      case .computing, .done: Int?.none
      }
    switch messages {
    case .some(let messages): return try group.map { try messages.pendingSources($0) } ?? []
    case .none: return []
    }
  }

  private mutating func advance<Messages: LaneMessages & ~Copyable>(
    _ number: Int, _ messages: inout Messages?
  ) throws {
    let bucket = buckets[number]
    switch stages[number] {
    case .computing:
      for range in bucket.others {
        for subtree in 0..<bucket.subtrees { codec.encode(range, of: subtree) }
      }
      try messages?.start(bucket.reduce)
      stages[number] = .reducing
    case .reducing where try messages?.test(bucket.reduce) ?? true:
      if bucket.subtrees == 0 { codec.decode(bucket.own) }
      codec.decode(partials: bucket.partials)
      for (into, from) in bucket.additions { into.add(from) }
      codec.encode(bucket.own)
      codec.decode(bucket.own)
      try messages?.start(bucket.spread)
      stages[number] = .spreading
    case .spreading where try messages?.test(bucket.spread) ?? true:
      for range in bucket.others { codec.decode(range) }
      stages[number] = .done
    default: return
    }
  }
}
