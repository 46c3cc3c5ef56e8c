internal import Kernels

/// How a rank computes matrix products.
struct ProductFindings: Codable, Equatable {
  /// The instructions that the rank uses, by the name that `LOCKSTEP_INSTRUCTIONS` takes.
  var instructions: String

  /// The name of the instructions for people.
  var description: String

  /// The name of the fastest instructions that the rank's processor has.
  var best: String

  /// Whether the instructions multiply numbers in bf16.
  var hasBF16: Bool

  /// Whether the products that were computed have the bits that they must have.
  var areRight: Bool
}

extension ProductFindings {
  /// Computes products on this processor, in bf16 where it has that, and checks their bits.
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
