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
    /// How long steps with it took.
    var times: [Duration] = []
  }

  private var candidates: [Candidate]
  private var number = 0

  /// How many full steps were taken with the exchange in use since it was chosen.
  private var steps = 0

  /// Which exchange is in use, and why.
  private(set) var choice: ExchangeChoice

  /// How many full steps an exchange takes in turn. The first of them is not measured: it comes after one with
  /// other messages, and the very first makes connections.
  private static let turn = 6

  /// How many turns each exchange has.
  private static let turns = 2

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

  /// Notes that a step on a full batch took `duration`. Collective: all ranks note the same steps.
  mutating func note(_ duration: Duration) {
    guard isUnderWay else { return }
    steps += 1
    if steps > 1 { candidates[number].times.append(duration) }
  }

  /// Changes to another exchange, where it is the turn of another or the trial is over. To be called before a
  /// step; collective. `norms` are the team's, of which those of other teams are cleared.
  mutating func prepareStep(
    _ norms: GradientNorm, _ memory: inout SharedMemory<Float>, _ team: borrowing Team
  ) throws {
    guard isUnderWay, steps == Self.turn else { return }
    // The exchange to come may need moments that other teams have updated.
    try completeReplica(&memory, team)
    try memory.barrier(on: team.communicator)
    if team.layout.isLeader { norms.clear() }
    try memory.barrier(on: team.communicator)
    (number, steps) = ((number + 1) % candidates.count, 0)
    let measured = Self.turns * (Self.turn - 1)
    if candidates.allSatisfy({ $0.times.count == measured }) { try end(team) }
  }

  /// Ends the trial: rank zero's times decide.
  private mutating func end(_ team: borrowing Team) throws {
    var seconds = candidates.map { ($0.times.map { $0 / .seconds(1) }).median ?? 0 }
    var span = seconds.mutableSpan
    try team.withLane { try $0.broadcast(&span, from: 0) }
    try team.communicator.broadcast(&span, from: 0)
    let best = seconds.indices.min { seconds[$0] < seconds[$1] }!
    choice.measured = zip(candidates, seconds).map { ($0.plan.way, $1) }
      .sorted { $0.seconds < $1.seconds }
    for (number, candidate) in candidates.enumerated() where number != best {
      try candidate.exchange.free()
    }
    (candidates, number) = ([candidates[best]], 0)
  }

  /// Where teams share the tiles: fetches the moments that other teams have updated. Collective.
  func completeReplica(_ memory: inout SharedMemory<Float>, _ team: borrowing Team) throws {
    guard plan.sharesTiles else { return }
    try current.gatherMoments()
    try memory.barrier(on: team.communicator)
  }

  /// Ends all exchanges.
  func free() throws { for candidate in candidates { try candidate.exchange.free() } }
}
