/// What the variables of a rank's environment come to.
extension RankFindings {
  /// The variables because of which OpenMP binds the main thread, and so those it starts, before
  /// `main`: to the first of its places, whatever cores the launcher gave.
  ///
  /// OpenMP 5.1, sections 6.4 and 6.5; libgomp's manual, `GOMP_CPU_AFFINITY`. All of them are
  /// without effect where OMP_PROC_BIND says `false`.
  var threadBinding: [String] {
    func value(_ name: String) -> String? {
      let value = environment[name].map(Self.trimmed)?.lowercased()
      return value == "" ? nil : value
    }
    guard value("OMP_PROC_BIND") != "false" else { return [] }
    return ["OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY", "KMP_AFFINITY"].filter { name in
      value(name).map { !["disabled", "none"].contains($0) } ?? false
    }
  }

  /// The threads that OMP_NUM_THREADS asks for; of a list, which has a number for each level of
  /// nesting, the first.
  var wantedThreads: Int? {
    environment["OMP_NUM_THREADS"]?.split(separator: ",").first.flatMap {
      Int(Self.trimmed(String($0)))
    }
  }

  /// How many processes Slurm's `srun` started with this one; nil where it started none.
  var slurmTasks: Int? { environment["SLURM_STEP_NUM_TASKS"].flatMap { Int($0) } }

  /// The limit to oneDNN's instructions: the newer name counts where both are set.
  var instructionLimit: InstructionLimit? {
    ["ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"].lazy.compactMap { name in
      environment[name].flatMap { $0.isEmpty ? nil : InstructionLimit(name: name, value: $0) }
    }.first
  }

  private static func trimmed(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}

/// A variable that limits oneDNN's instructions.
struct InstructionLimit {
  /// The variable.
  let name: String

  /// Its value.
  let value: String

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
