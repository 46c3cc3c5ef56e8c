internal import Kernels
internal import MPI

/// The memory of a rank's gradients and of the gradients that it receives, and the way in which they are sent
/// between teams: as fp32, or encoded as bf16 with error feedback.
///
/// A rank has a gradient for every subtree of its team's positions: see ``BucketPlan``.
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
/// gradient is not finite the residuals are not finite either: see ``forgetResiduals()``.
struct GradientCodec {
  /// The gradients of this rank's tiles over each subtree. In the end the first of them has the sum over the
  /// batch.
  let gradients: [Vector]

  /// What is received to be added up: the other teams' gradients of the pieces that this team adds up.
  let partials: Vector

  /// In bf16, what is sent and received in the place of ``gradients`` and ``partials``, and the residuals;
  /// nil in fp32.
  private let rounded: Rounded?

  private struct Rounded {
    let gradients: [BFloat16Vector]
    let partials: BFloat16Vector
    let residuals: [Vector]
  }

  /// How much memory a codec has.
  struct Size {
    /// The elements of a gradient.
    var gradient = 0
    /// The subtrees, of each of which there is a gradient: one at least, for the sum.
    var subtrees = 1
    /// The elements of ``GradientCodec/partials``.
    var partials = 0
    /// The number format in which gradients are sent.
    var wire = Precision.fp32

    /// The floats of memory.
    var floats: Int {
      let all = subtrees * gradient
      let rounded = subtrees * Self.half(gradient) + Self.half(partials) + all
      return all + partials + (wire == .fp32 ? 0 : rounded)
    }

    /// How many floats of memory `count` bf16 numbers take.
    fileprivate static func half(_ count: Int) -> Int { (count + 1) / 2 }
  }

  /// Lays out `memory`, which must have the floats of `size`; in bf16 they must be zero.
  init(_ memory: Vector, _ size: Size) {
    var end = 0
    func part(_ count: Int) -> Vector {
      defer { end += count }
      return memory[end..<end + count]
    }
    func half(_ count: Int) -> BFloat16Vector {
      BFloat16Vector(inPlaceOf: part(Size.half(count)))
    }
    let each = 0..<size.subtrees
    gradients = each.map { _ in part(size.gradient) }
    partials = part(size.partials)
    rounded =
      size.wire == .fp32
      ? nil
      : Rounded(
        gradients: each.map { _ in half(size.gradient) }, partials: half(size.partials),
        residuals: each.map { _ in part(size.gradient) })
  }
}

extension GradientCodec {
  /// Adds to the last group of `messages` the sending to `team` of the elements in `range` of the gradient
  /// over `subtree`.
  func addSend<Messages: LaneMessages & ~Copyable>(
    _ range: Range<Int>, of subtree: Int = 0, to team: Int, in messages: inout Messages
  ) throws {
    if let rounded {
      try rounded.gradients[subtree][range].withMutableSpan { span throws(MPIError) in
        try messages.addSend(span.span, to: team)
      }
    } else {
      try gradients[subtree][range].withMutableSpan { span throws(MPIError) in
        try messages.addSend(span.span, to: team)
      }
    }
  }

  /// Adds to the last group of `messages` the receiving of the sums in `range` from `team`.
  func addSum<Messages: LaneMessages & ~Copyable>(
    _ range: Range<Int>, from team: Int, to messages: inout Messages
  ) throws {
    try add(into: gradients[0][range], rounded?.gradients[0][range], from: team, to: &messages)
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

  /// Rounds the elements in `range` of the gradient over `subtree` to bf16 for sending, with their residuals;
  /// does nothing in fp32.
  func encode(_ range: Range<Int>, of subtree: Int = 0) {
    guard let rounded else { return }
    rounded.gradients[subtree][range].round(
      gradients[subtree][range], feedback: rounded.residuals[subtree][range])
  }

  /// Sets all residuals to zero.
  func forgetResiduals() { rounded?.residuals.forEach { $0.fill(0) } }

  /// Widens the bf16 sums in `range` to fp32, so that all teams use the same rounded numbers; does nothing in
  /// fp32.
  func decode(_ range: Range<Int>) {
    guard let rounded else { return }
    gradients[0][range].copy(from: rounded.gradients[0][range])
  }

  /// Widens the received bf16 ``partials`` in `range` to fp32; does nothing in fp32.
  func decode(partials range: Range<Int>) {
    guard let rounded else { return }
    partials[range].copy(from: rounded.partials[range])
  }
}
