internal import Kernels
internal import MPI
internal import Platform
internal import Ranks
internal import VAE

/// The exchange in use and, as long as it is not known which of several is the fastest, all of them, which
/// take turns in the first steps of training.
///
/// All exchanges give the same bits, so the steps of the trial count as any others.
struct ExchangeTrial {
  /// What is known of an exchange.
  private struct Candidate {
    let plan: ExchangePlan
    let exchange: any Exchange
    /// How long steps of the turn under way took.
    var times: [Duration] = []
    /// The seconds of a step: the median of a turn, and of several turns the least, since other work on the
    /// machine only makes steps longer.
    var seconds = Double.infinity

    /// Takes note of the turn that is over.
    mutating func endTurn() {
      seconds = min(seconds, times.map { $0 / .seconds(1) }.median ?? .infinity)
      times = []
    }
  }

  private var candidates: [Candidate]
  private var number = 0

  /// How many full steps were taken with the exchange in use since it was chosen.
  private var steps = 0

  /// When the step under way began.
  private var start = ContinuousClock.now

  /// Which exchange is in use, and why.
  private(set) var choice: ExchangeChoice

  /// How many full steps an exchange takes in turn. The first of them is not measured: it comes after one
  /// with other messages, and the very first makes connections.
  private static let turn = 6

  /// By the number of a round, from its first: an exchange that took more than so many times as long as the
  /// fastest has no further turn. After one more round the fastest stays.
  private static let near = [1.25, 1.1, 1.05]

  /// How many rounds are over, in each of which every exchange had a turn.
  private var rounds = 0

  /// The ways that have no further turn, and the seconds of a step.
  private var slower: [(way: ExchangeWay, seconds: Double)] = []

  /// The exchanges of the memory plan of `site`, of which the first is used first, for this rank of `team`;
  /// collective.
  init(_ site: ExchangeSite, _ team: borrowing Team) throws {
    choice = site.memoryPlan.exchangeChoice
    candidates = []
    for (number, plan) in site.memoryPlan.exchangePlans.enumerated() {
      let messages = team.makeMessages(forExchange: number)
      candidates.append(Candidate(plan: plan, exchange: try plan.makeExchange(site, messages)))
    }
  }

  /// The exchange in use.
  var current: any Exchange { candidates[number].exchange }

  /// The plan of the exchange in use.
  var plan: ExchangePlan { candidates[number].plan }

  /// Whether it is not known yet which exchange is faster.
  var isUnderWay: Bool { candidates.count > 1 }

  /// Begins a step, and before it changes to another exchange, where it is the turn of another or the trial
  /// is over; collective. `norms` are the team's, of which those of other teams are cleared.
  mutating func beginStep(
    _ norms: GradientNorm, _ memory: inout SharedMemory<Float>, _ team: borrowing Team
  ) throws {
    guard isUnderWay else { return }
    if steps == Self.turn { try change(norms, &memory, team) }
    start = .now
  }

  /// Ends a step. Steps on smaller batches are not measured.
  mutating func endStep(onFullBatch isFull: Bool) {
    guard isUnderWay, isFull else { return }
    steps += 1
    if steps > 1 { candidates[number].times.append(.now - start) }
  }

  private mutating func change(
    _ norms: GradientNorm, _ memory: inout SharedMemory<Float>, _ team: borrowing Team
  ) throws {
    // The exchange to come may need moments that other teams have updated.
    try completeReplica(&memory, team)
    try memory.barrier(on: team.communicator)
    if team.layout.isLeader { norms.clear() }
    try memory.barrier(on: team.communicator)
    (number, steps) = ((number + 1) % candidates.count, 0)
    if number == 0 { try endRound(team) }
  }

  /// Ends a round, in which each exchange had a turn: rank zero's times decide which go on.
  private mutating func endRound(_ team: borrowing Team) throws {
    rounds += 1
    for number in candidates.indices { candidates[number].endTurn() }
    var seconds = candidates.map(\.seconds)
    var span = seconds.mutableSpan
    try team.withLane { try $0.broadcast(&span, from: 0) }
    try team.communicator.broadcast(&span, from: 0)
    let best = seconds.indices.min { seconds[$0] < seconds[$1] }!
    var kept: [Candidate] = []
    for (number, candidate) in candidates.enumerated() {
      let near = rounds <= Self.near.count ? Self.near[rounds - 1] : 1
      if number == best || near > 1 && seconds[number] <= near * seconds[best] {
        kept.append(candidate)
      } else {
        slower.append((candidate.plan.way, seconds[number]))
        try candidate.exchange.free()
      }
    }
    if kept.count == 1 {
      choice.measured =
        [(kept[0].plan.way, seconds[best])] + slower.sorted { $0.seconds < $1.seconds }
    }
    candidates = kept
  }

  /// Where teams share the tiles: fetches the moments that other teams have updated. Collective.
  func completeReplica(_ memory: inout SharedMemory<Float>, _ team: borrowing Team) throws {
    guard plan.sharesTiles else { return }
    try current.gatherMoments()
    try memory.barrier(on: team.communicator)
  }

  /// See ``Exchange/forgetRounding()``.
  func forgetRounding() { for candidate in candidates { candidate.exchange.forgetRounding() } }

  /// Ends all exchanges.
  func free() throws { for candidate in candidates { try candidate.exchange.free() } }
}
