package import Kernels

/// How a run's matrix products are computed, as far as a model's bits depend on it: a part of
/// `state.json`.
package struct Arithmetic: Codable, Equatable {
  /// The number of the definition of sums; nil in checkpoints of earlier versions, which left to a library
  /// how to sum.
  package var sums: Int?

  /// The instruction set of bf16 products, since each set rounds in its own way; nil in fp32, where all sets
  /// give the same bits. Earlier versions wrote the set in fp32, too.
  var instructions: String?

  /// The number of this version's definition: a sum is a chain of fused multiply-adds; the sum of a gradient
  /// is a tree of chains, each over 64 positions.
  private static let definition = 1

  /// Whether a job of this version, or of an earlier one, can have written these values.
  var isPlausible: Bool {
    guard let sums else { return true }
    return sums == Self.definition
      && instructions.map { InstructionSet(rawValue: $0) != nil } ?? true
  }
}

extension Arithmetic {
  /// The arithmetic of a job with `precision` and `instructions`.
  package init(_ precision: Precision, _ instructions: InstructionSet) {
    self.init(
      sums: Self.definition, instructions: precision == .fp32 ? nil : instructions.rawValue)
  }

  /// The instruction set of bf16 products; nil in fp32, and in all checkpoints of earlier versions.
  package var bf16Instructions: String? { sums == nil ? nil : instructions }

  /// A sentence that tells why a run, computed as `earlier` so far, will not have the bits that it would
  /// have had without the interruption; nil where it will have them.
  package func warning(since earlier: Arithmetic?) -> String? {
    guard let earlier, earlier.sums == sums else {
      return
        "the checkpoint is of an earlier version of lockstep, which added in another order, so "
        + "the run's last bits will not be those that it would have had"
    }
    guard earlier != self, let then = earlier.instructions, let now = instructions else {
      return nil
    }
    return "the checkpoint was made with bf16 products of \(then), and this job has \(now), which "
      + "rounds otherwise, so last bits may not be those of a run that was never interrupted"
  }
}
