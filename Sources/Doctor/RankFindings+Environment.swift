/// What the variables of a rank's environment come to.
extension RankFindings {
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
