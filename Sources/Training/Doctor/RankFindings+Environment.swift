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

  private static func trimmed(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
