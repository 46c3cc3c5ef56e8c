internal import Kernels
internal import MPI

/// The memory of a rank's gradients and of the gradients that it receives, and the way in which they are sent
/// between teams: as fp32, or encoded as bf16 with error feedback.
///
/// What rounding to bf16 loses of an element, its residual, is kept and added to the same element in the next
/// step. One residual an element is enough, since each team rounds every element once a step: in the pieces
/// that other teams add up, the element of its own gradient; in the piece that it adds up itself, the element
/// of the sum.
///
/// Source: Tang et al., "DoubleSqueeze: parallel stochastic gradient descent with double-pass
/// error-compensated compression", ICML 2019, algorithm 1.
///
/// Residuals are not part of a checkpoint: a run that is resumed begins with none. After a step whose
/// gradient is not finite the residuals are not finite either, and no further step may follow.
struct GradientCodec {
  /// The gradients of this rank's tiles; in the end, their sums over the teams.
  let gradients: Vector

  /// What is received to be added up: the other teams' gradients of the pieces that this team adds up, one
  /// piece in each bucket.
  let partials: Vector

  /// In bf16, what is sent and received in the place of ``gradients`` and ``partials``, and the residuals;
  /// nil in fp32.
  private let rounded: Rounded?

  private struct Rounded {
    let gradients: BFloat16Vector
    let partials: BFloat16Vector
    let residual: Vector
  }

  /// Lays out `memory`, which must be zero, for team number `team`, counted from 0, and for gradients that
  /// are sent in `buckets`.
  init(_ memory: Vector, buckets: [Range<Int>], team: Int, of teams: Int, precision: Precision) {
    let size = Size(buckets, team: team, of: teams)
    var end = 0
    func part(_ count: Int) -> Vector {
      defer { end += count }
      return memory[end..<end + count]
    }
    gradients = part(size.gradients)
    partials = part(size.partials)
    rounded =
      precision == .fp32
      ? nil
      : Rounded(
        gradients: BFloat16Vector(inPlaceOf: part(size.half(size.gradients))),
        partials: BFloat16Vector(inPlaceOf: part(size.half(size.partials))),
        residual: part(size.gradients))
  }

  /// The floats of memory that a codec takes.
  static func floats(
    _ buckets: [Range<Int>], team: Int, of teams: Int, precision: Precision
  ) -> Int {
    let size = Size(buckets, team: team, of: teams)
    let sent = size.half(size.gradients) + size.half(size.partials) + size.gradients
    return size.gradients + size.partials + (precision == .fp32 ? 0 : sent)
  }

  /// The pieces of a bucket, one for each team, which begin on cache lines if the bucket does.
  static func pieces(of bucket: Range<Int>, teams: Int) -> [Range<Int>] {
    let line = Buffer<Float>.alignment / MemoryLayout<Float>.stride
    return (0..<teams).map { Shard(rank: $0, of: teams, unit: line).part(of: bucket) }
  }

  private struct Size {
    let gradients: Int
    let partials: Int

    init(_ buckets: [Range<Int>], team: Int, of teams: Int) {
      gradients = buckets.reduce(0) { $0 + $1.count }
      partials = buckets.reduce(0) {
        $0 + (teams - 1) * GradientCodec.pieces(of: $1, teams: teams)[team].count
      }
    }

    /// How many floats of memory `count` bf16 numbers take.
    func half(_ count: Int) -> Int { (count + 1) / 2 }
  }
}

extension GradientCodec {
  /// Adds to the last group of `messages` the sending of the elements in `range` to `team`.
  func addSend<Messages: LaneMessages & ~Copyable>(
    _ range: Range<Int>, to team: Int, in messages: inout Messages
  ) throws {
    if let rounded {
      try rounded.gradients[range].withMutableSpan { span throws(MPIError) in
        try messages.addSend(span.span, to: team)
      }
    } else {
      try gradients[range].withMutableSpan { span throws(MPIError) in
        try messages.addSend(span.span, to: team)
      }
    }
  }

  /// Adds to the last group of `messages` the receiving of the sums in `range` from `team`.
  func addSum<Messages: LaneMessages & ~Copyable>(
    _ range: Range<Int>, from team: Int, to messages: inout Messages
  ) throws {
    try add(into: gradients[range], rounded?.gradients[range], from: team, to: &messages)
  }

  /// Adds to the last group of `messages` the receiving, into the elements `slot` of ``partials``, of the
  /// gradient that `team` has of a piece that this team adds up.
  func addPartial<Messages: LaneMessages & ~Copyable>(
    _ slot: Range<Int>, from team: Int, to messages: inout Messages
  ) throws {
    try add(into: partials[slot], rounded?.partials[slot], from: team, to: &messages)
  }

  private func add<Messages: LaneMessages & ~Copyable>(
    into floats: Vector, _ rounded: BFloat16Vector?, from team: Int,
    to messages: inout Messages
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

  /// Rounds the ``gradients`` in `range` to bf16 for sending, with their residuals; does nothing in fp32.
  func encode(_ range: Range<Int>) {
    guard let rounded else { return }
    rounded.gradients[range].round(gradients[range], feedback: rounded.residual[range])
  }

  /// Widens the bf16 sums in `range` to fp32, so that all teams use the same rounded numbers; does nothing in
  /// fp32.
  func decode(_ range: Range<Int>) {
    guard let rounded else { return }
    gradients[range].copy(from: rounded.gradients[range])
  }

  /// Widens the received bf16 ``partials`` in `range` to fp32; does nothing in fp32.
  func decode(partials range: Range<Int>) {
    guard let rounded else { return }
    partials[range].copy(from: rounded.partials[range])
  }
}
