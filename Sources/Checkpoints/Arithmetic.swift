package import Kernels

/// How a run's matrix products are computed, as far as a model's bits depend on it: a part of
/// `state.json`.
package struct Arithmetic: Codable, Equatable {
  /// The number of the definition of sums; nil in checkpoints of versions in which a library chose.
  package var sums: Int?

  /// The instructions of bf16 products, each of which rounds in its own way; nil in fp32, where all
  /// have the same bits. Earlier versions name them in fp32, too.
  var instructions: String?

  /// The definition of this version: chains of fused multiply-adds, of gradients a tree of chains
  /// of 64 positions.
  private static let definition = 1

  /// Whether a job can have written this: it is shown to people.
  var isPlausible: Bool {
    guard let sums else { return true }
    return sums == Self.definition
      && instructions.map { InstructionSet(rawValue: $0) != nil } ?? true
  }
}

extension Arithmetic {
  /// How this job computes.
  package init(_ precision: Precision, _ instructions: InstructionSet) {
    self.init(
      sums: Self.definition, instructions: precision == .fp32 ? nil : instructions.rawValue)
  }

  /// ``instructions``, of this version's checkpoints alone.
  package var bf16Instructions: String? { sums == nil ? nil : instructions }

  /// Why a run that was computed as `earlier` goes on to other bits than it would have had, in a
  /// sentence; nil where it does not.
  package func warning(since earlier: Arithmetic?) -> String? {
    guard let earlier, earlier.sums == sums else {
      return "the checkpoint is of an earlier version of lockstep, whose sums were a library's, so "
        + "the run's last bits will not be those that it would have had"
    }
    guard earlier != self, let then = earlier.instructions, let now = instructions else {
      return nil
    }
    return "the checkpoint was made with bf16 products of \(then), and this job has \(now), which "
      + "rounds otherwise, so last bits may not be those of a run that was never interrupted"
  }
}
