internal import CFMA

/// How a thread treats subnormal numbers: numbers other than zero whose magnitude is below 2⁻¹²⁶,
/// the smallest normal float.
///
/// On some processors an operation on a subnormal number takes a hundred cycles (Intel's
/// optimization manual, 3.8.3). Adam's first moments decay to subnormal numbers where a gradient is
/// zero for many steps. If they are treated as zeros, such numbers cost nothing, and moments that
/// small change no parameter.
public struct SubnormalMode: Sendable {
  private let value: UInt

  /// The mode of the calling thread.
  public static var current: SubnormalMode { SubnormalMode(value: CFMA_floating_point_mode()) }

  /// The mode of the calling thread, but with subnormal operands and results treated as zeros.
  public static var flushing: SubnormalMode { SubnormalMode(value: CFMA_flushing_mode()) }

  /// Sets the mode of the calling thread, in some nanoseconds.
  public func set() { CFMA_set_floating_point_mode(value) }
}
