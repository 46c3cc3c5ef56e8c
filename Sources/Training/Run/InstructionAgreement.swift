internal import Kernels
public import MPI

/// One set of instructions for the products of all ranks, whatever processors they run on.
public enum InstructionAgreement {
  /// Limits every rank's products to the least set of any, where sets are unlike; collective.
  ///
  /// Comes before anything else that has to do with products: oneDNN takes a limit before its first
  /// use only. Where all are alike nothing is limited. Whether oneDNN did as it was told, whoever
  /// trains looks at: ``Reproducibility``.
  public static func reach(among world: borrowing Communicator) throws {
    guard world.size > 1 else { return }
    let own = Int64(InstructionSet.own()?.rawValue ?? 0)
    // A bit is in all sets, or in none: one reduction tells both.
    var bits = [own, ~own]
    var span = bits.mutableSpan
    try world.allReduce(&span, .bitwiseAnd)
    let common = InstructionSet(rawValue: UInt32(truncatingIfNeeded: bits[0])).largestKnown
    guard bits[0] != ~bits[1], let common else { return }
    _ = InstructionSet.limit(to: common)
  }
}
