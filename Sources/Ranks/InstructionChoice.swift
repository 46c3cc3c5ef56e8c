internal import Kernels
internal import Platform

/// The instructions that `LOCKSTEP_INSTRUCTIONS` asks for.
package enum InstructionChoice {
  /// Makes sure that this processor has them.
  ///
  /// - Throws: `Failure` with `usage` that names those it has.
  package static func require() throws {
    guard let refused = InstructionSet.refused else { return }
    let names = InstructionSet.available.map(\.rawValue)
    throw Failure(
      .usage,
      "\(InstructionSet.variable)=\(refused): this processor has \(names.joined(separator: ", ")); take one of "
        + "them, or unset the variable for the fastest")
  }
}
