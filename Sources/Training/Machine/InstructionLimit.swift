internal import Kernels

/// A variable of the environment that limits oneDNN's instructions.
struct InstructionLimit {
  /// The variable.
  let name: String

  /// Its value.
  let value: String

  /// The limit that the variables come to, of which the newer name counts where both are set; nil
  /// where neither is.
  init?(variable: (String) -> String?) {
    for name in ["ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"] {
      if let value = variable(name), !value.isEmpty {
        (self.name, self.value) = (name, value)
        return
      }
    }
    return nil
  }

  /// The largest set that it allows; nil where it limits nothing.
  var set: InstructionSet? { InstructionSet(setting: value) }

  /// Whether oneDNN has such a value; it passes over others without a word.
  ///
  /// oneAPI Deep Neural Network Library, developer guide, "CPU Dispatcher Control". Upper and lower
  /// case are the same to it. Versions differ in the largest sets, so any name that begins as those
  /// do will pass.
  var isKnown: Bool {
    let value = value.uppercased()
    return ["ALL", "DEFAULT", "SSE41", "AVX", "AVX2"].contains(value)
      || ["AVX2_VNNI", "AVX512_CORE", "AVX512_MIC", "AVX10_"].contains { value.hasPrefix($0) }
  }
}
