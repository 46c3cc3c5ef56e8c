internal import Kernels

/// How a rank computes matrix products.
struct ProductFindings: Codable, Equatable {
  /// The instructions that it uses, by the name that `LOCKSTEP_INSTRUCTIONS` takes.
  var instructions: String

  /// Their name, for people.
  var description: String

  /// The fastest that its processor has.
  var best: String

  /// Whether they multiply numbers in bf16.
  var hasBF16: Bool

  /// Whether they have the bits that they must have.
  var areRight: Bool
}

extension ProductFindings {
  /// Computes some.
  init() {
    let set = InstructionSet.current
    instructions = set.rawValue
    description = set.description
    best = InstructionSet.available.last!.rawValue
    hasBF16 = set.hasBF16
    areRight = ProductCheck.isPassed(
      by: MatrixEngine(set), in: set.hasBF16 ? .bf16 : .fp32)
  }
}
