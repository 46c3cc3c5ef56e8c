internal import CFMA

/// How a thread treats subnormal numbers, those below 2⁻¹²⁶.
///
/// Adam's first moment of an input that is rarely other than zero decays through them, and on some
/// processors an operation on one takes a hundred cycles (Intel's optimization manual, 3.8.3). As
/// zeros they cost nothing, and a moment that small moves no parameter.
public struct SubnormalMode: Sendable {
  private let value: UInt

  /// The calling thread's.
  public static var current: SubnormalMode { SubnormalMode(value: CFMA_floating_point_mode()) }

  /// Subnormal operands and results are zeros; all else is as on the calling thread.
  public static var flushing: SubnormalMode { SubnormalMode(value: CFMA_flushing_mode()) }

  /// Makes it the calling thread's. Costs some nanoseconds.
  public func set() { CFMA_set_floating_point_mode(value) }
}
