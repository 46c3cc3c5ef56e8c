internal import Glibc

/// What the environment tells of whoever started this process, before MPI is.
enum Launcher {
  /// The variables in which launchers tell a process its rank: Open MPI's, PMIx's, PMI's, Slurm's.
  private static let names = ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"]

  /// The rank in the job; 0 for a process that was started by hand.
  static var rank: Int { known ?? 0 }

  /// Whether a launcher started this process, whose streams then are not the user's terminal.
  static var isPresent: Bool { known != nil }

  private static var known: Int? {
    names.lazy.compactMap { getenv($0).flatMap { Int(String(cString: $0)) } }.first
  }
}
