internal import Images
internal import Kernels
internal import MPI

/// What of a message travels between teams: its floats, or these rounded to bf16.
///
/// What rounding loses is not lost: it is added to what the same place sends in the next step.
/// Every place of a message has one such residual, since a team sends either its part of the
/// gradient from there or, of the piece that it sums, the sum.
///
/// Source: Tang et al., "DoubleSqueeze: parallel stochastic gradient descent with double-pass
/// error-compensated compression", ICML 2019, algorithm 1.
///
/// Residuals are not part of a checkpoint: a run that goes on begins with none. After a step that
/// is not finite they are worthless, and no further one may follow.
struct Wire {
  /// The gradients of a rank's tiles; in the end, their sums.
  let message: Vector

  /// The other teams' parts of the pieces that this one sums.
  let partials: Vector

  /// What travels in the place of both.
  private let rounded: Rounded?

  private struct Rounded {
    let message: BFloat16Vector
    let partials: BFloat16Vector
    let residual: Vector
  }

  /// Lays the wire of team number `team` over `memory`, which is zero at first, for a message that
  /// travels in `buckets`.
  init(_ memory: Vector, _ buckets: [Range<Int>], team: Int, of teams: Int, _ precision: Precision)
  {
    let size = Size(buckets, team: team, of: teams)
    let parts = memory.split(size.parts(precision))
    message = parts[0]
    partials = parts[1]
    rounded =
      precision == .fp32
      ? nil
      : Rounded(
        message: BFloat16Vector(inPlaceOf: parts[2]),
        partials: BFloat16Vector(inPlaceOf: parts[3]), residual: parts[4])
  }

  /// The floats that a wire takes.
  static func floats(
    _ buckets: [Range<Int>], team: Int, of teams: Int, _ precision: Precision
  ) -> Int {
    Size(buckets, team: team, of: teams).parts(precision).reduce(0, +)
  }

  /// The pieces of a bucket, one for each team, which begin on cache lines if the bucket does.
  static func pieces(of bucket: Range<Int>, teams: Int) -> [Range<Int>] {
    let line = Buffer<Float>.alignment / MemoryLayout<Float>.stride
    return (0..<teams).map { Shard(rank: $0, of: teams, unit: line).part(of: bucket) }
  }

  private struct Size {
    let message: Int
    let partials: Int

    init(_ buckets: [Range<Int>], team: Int, of teams: Int) {
      message = buckets.reduce(0) { $0 + $1.count }
      partials = buckets.reduce(0) {
        $0 + (teams - 1) * Wire.pieces(of: $1, teams: teams)[team].count
      }
    }

    /// The floats of each part of the memory.
    func parts(_ precision: Precision) -> [Int] {
      let halves = [(message + 1) / 2, (partials + 1) / 2, message]
      return [message, partials] + (precision == .fp32 ? [] : halves)
    }
  }
}

extension Wire {
  /// Adds a message to `team` with what lies at `range`.
  func addSend(_ range: Range<Int>, _ team: Int, _ messages: inout PersistentMessages) throws {
    if let rounded {
      try rounded.message[range].withMutableSpan { span throws(MPIError) in
        try messages.addSend(span.span, to: team)
      }
    } else {
      try message[range].withMutableSpan { span throws(MPIError) in
        try messages.addSend(span.span, to: team)
      }
    }
  }

  /// Adds a message from `team` with the sum at `range`.
  func addSum(_ range: Range<Int>, _ team: Int, _ messages: inout PersistentMessages) throws {
    try add(into: message[range], rounded?.message[range], team, &messages)
  }

  /// Adds a message from `team` with its part of a piece that this team sums, to `slot` of the
  /// partials.
  func addPartial(_ slot: Range<Int>, _ team: Int, _ messages: inout PersistentMessages) throws {
    try add(into: partials[slot], rounded?.partials[slot], team, &messages)
  }

  private func add(
    into floats: Vector, _ rounded: BFloat16Vector?, _ team: Int,
    _ messages: inout PersistentMessages
  ) throws {
    if let rounded {
      try rounded.withMutableSpan { span throws(MPIError) in
        try messages.addReceive(into: &span, from: team)
      }
    } else {
      try floats.withMutableSpan { span throws(MPIError) in
        try messages.addReceive(into: &span, from: team)
      }
    }
  }

  /// Gets what lies at `range` ready to travel.
  func encode(_ range: Range<Int>) {
    guard let rounded else { return }
    rounded.message[range].round(message[range], feedback: rounded.residual[range])
  }

  /// Takes in what lies at `range` as all teams have it.
  func decode(_ range: Range<Int>) {
    guard let rounded else { return }
    message[range].copy(from: rounded.message[range])
  }

  /// Takes in the partials at `range`.
  func decode(partials range: Range<Int>) {
    guard let rounded else { return }
    partials[range].copy(from: rounded.partials[range])
  }
}
