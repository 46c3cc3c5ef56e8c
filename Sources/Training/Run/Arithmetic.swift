internal import Kernels

/// How a job computes matrix products: what a model's last bits depend on beside its recipe.
struct Arithmetic: Codable, Equatable {
  /// The instructions' name, as `ONEDNN_MAX_CPU_ISA` takes it.
  var instructions: String

  /// A hash of some products of the model, in hexadecimal.
  var hash: String

  /// Why a run that was computed in this way does not go on to the same bits in a job that computes
  /// as `now`, in a sentence; nil where it does.
  func warning(goingOnAs now: Arithmetic) -> String? {
    guard self != now else { return nil }
    let consequence = "so its bits may differ from those of a run that was never interrupted"
    guard instructions != now.instructions else {
      return "this job's matrix products have other bits than those that the checkpoint was made "
        + "with, as on another processor or with another oneDNN, \(consequence)"
    }
    let (then, here) = (
      InstructionSet(setting: instructions), InstructionSet(setting: now.instructions)
    )
    let isLess = then.map { here?.contains($0) ?? false } ?? false
    return "the checkpoint was made with \(instructions), and this job computes with "
      + "\(now.instructions), \(consequence)"
      + (isLess ? "; ONEDNN_MAX_CPU_ISA=\(instructions) on every rank makes them equal" : "")
  }
}
