internal import Glibc

/// What the environment tells of whoever started this process, before MPI is.
enum Launcher {
  /// The variables in which launchers tell a process its rank, Open MPI's, PMIx's, PMI's, Slurm's, and
  /// what each tells beside it: a rank alone, which somebody has set or kept, is no job's.
  private static let names = [
    ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"), ("PMIX_RANK", "PMIX_NAMESPACE"),
    ("PMI_RANK", "PMI_SIZE"), ("SLURM_PROCID", "SLURM_STEP_NUM_TASKS"),
  ]

  /// The rank in the job; 0 for a process that was started by hand.
  static var rank: Int { known ?? 0 }

  /// Whether no process before this one belongs to the same job of a launcher's. To Slurm's alone
  /// jobs are also many processes that have nothing to do with one another.
  static var isFirstOfJob: Bool { rank(names.dropLast()) ?? 0 == 0 }

  /// Waits, on other ranks than the first, for it to say what all have to say: mpirun ends a job with
  /// its first failure, and may drop what it has not read by then.
  static func leaveFirstToSpeak() {
    if rank != 0 { usleep(endsJobs ? 5_000_000 : 500_000) }
  }

  /// Whether a launcher started this process, whose streams then are not the user's terminal.
  static var isPresent: Bool { known != nil }

  /// Whether the launcher ends a job at its first failure; of Slurm's, which may not, one cannot
  /// tell.
  static var endsJobs: Bool {
    number("OMPI_COMM_WORLD_RANK") != nil
      || number("PMI_RANK") != nil && number("SLURM_PROCID") == nil
  }

  /// Spares Open MPI the search for fast networks where all ranks are on one node: it opens every
  /// network library there is, which takes 0.2 s. Must come before MPI starts; what the user asks
  /// for in the environment or on mpirun's command line stands, what a file of parameters asks for
  /// does not: Open MPI has not read it yet.
  static func passOverNetworks() {
    let local = number("OMPI_COMM_WORLD_LOCAL_SIZE")
    guard !isPresent || local != nil && local == number("OMPI_COMM_WORLD_SIZE") else { return }
    setenv("OMPI_MCA_pml", "ob1", 0)
  }

  /// Spares Open MPI the daemon that it starts beside a process without a launcher, which takes 0.1
  /// s: it would serve other processes to come, and none do. Must come before MPI starts; with a
  /// launcher it says nothing.
  static func stayAlone() { setenv("OMPI_MCA_ess_singleton_isolated", "1", 0) }

  /// Lets Open MPI start alone where Slurm has started it without PMIx: it takes a step's number for
  /// the promise of a server that tells it of other ranks, and ends in twenty lines where there is
  /// none. Must come before MPI starts.
  static func passOverSteps() {
    guard getenv("PMIX_NAMESPACE") == nil, number("PMI_SIZE") ?? 1 == 1 else { return }
    unsetenv("SLURM_STEP_ID")
  }

  /// Keeps MPICH from adding words of its own where a rank aborts the job, which has said why. Must
  /// come before MPI starts.
  static func abortInSilence() { setenv("MPIR_CVAR_SUPPRESS_ABORT_MESSAGE", "1", 0) }

  private static var known: Int? { rank(names[...]) }

  private static func rank(_ names: ArraySlice<(String, String)>) -> Int? {
    names.lazy.compactMap { getenv($1) == nil ? nil : number($0) }.first
  }

  private static func number(_ name: String) -> Int? {
    getenv(name).flatMap { Int(String(cString: $0)) }
  }
}
