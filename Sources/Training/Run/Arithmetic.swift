internal import Kernels

/// How a job computes matrix products: what a model's last bits depend on beside its recipe.
struct Arithmetic: Codable, Equatable {
  /// The instructions' name, as `ONEDNN_MAX_CPU_ISA` takes it.
  var instructions: String

  /// A hash of some products of the model, in hexadecimal.
  var hash: String

  /// Whether a job can have written this: it is shown to people.
  var isPlausible: Bool {
    let isName = instructions.utf8.allSatisfy {
      UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
        || $0 == UInt8(ascii: "_")
    }
    return isName && 1...32 ~= instructions.utf8.count && UInt64(hash, radix: 16) != nil
  }

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
      + (isLess
        ? "; with ONEDNN_MAX_CPU_ISA=\(instructions) all ranks compute as the checkpoint's job did"
        : "")
  }

  /// Why a job whose products use `set` may not find what the run found, in a sentence; nil where
  /// nothing is known that speaks for it.
  func warning(usedWith set: InstructionSet) -> String? {
    guard instructions != set.setting else { return nil }
    return "the checkpoint was made with \(instructions), and this job computes with "
      + "\(set.setting), so last digits may differ from those of the run"
  }
}
