internal import Kernels

/// How a rank computes matrix products.
struct ProductFindings: Codable, Equatable {
  /// The instructions that it uses, by the name that `LOCKSTEP_INSTRUCTIONS` takes.
  var instructions: String

  /// The name of the instructions for people.
  var description: String

  /// The fastest instructions that its processor has.
  var best: String

  /// Whether the instructions multiply numbers in bf16.
  var hasBF16: Bool

  /// Whether the products that were computed have the bits that they must have.
  var areRight: Bool
}

extension ProductFindings {
  /// Computes products on this processor, and checks them.
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
