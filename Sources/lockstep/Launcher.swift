internal import Glibc
internal import Ranks

/// What the environment tells about the launcher that started this process. To be asked before MPI
/// starts: MPI then sets the launcher's variables itself, also where there is no launcher.
enum Launcher {
  /// The variables in which Open MPI, PMIx, PMI and Slurm tell a process its rank, each with a second
  /// variable that is always set with the first. Where the second is missing, something else has left
  /// the first, which then does not count; nor do those of a launcher that is gone, or further up.
  private static let names =
    (LaunchedProcesses.isOpenMPILeftOver
      ? []
      : [("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"), ("PMIX_RANK", "PMIX_NAMESPACE")])
    + [("PMI_RANK", "PMI_SIZE"), ("SLURM_PROCID", "SLURM_STEP_NUM_TASKS")]

  /// The rank in the job; 0 for a process that no launcher started.
  static var rank: Int { known ?? 0 }

  /// Whether this process is the first of its job. Slurm's variables are left out: what Slurm calls a
  /// job may also be many processes that do not work together.
  static var isFirstOfJob: Bool { rank(names.dropLast()) ?? 0 == 0 }

  /// Whether a launcher has started this process as the first of its machine.
  static var isFirstOfMachine: Bool {
    let names = ["OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID"]
    return isPresent && names.lazy.compactMap(number).first == 0
  }

  /// Waits, on all ranks but the first, so that the first can tell what all ranks have found: mpirun
  /// ends a job at its first failure, and may lose output that it has not read by then.
  static func leaveFirstToSpeak() {
    if rank != 0 { usleep(endsJobs ? 5_000_000 : 500_000) }
  }

  /// Whether a launcher started this process; then the process's streams are not the user's terminal.
  static var isPresent: Bool { known != nil }

  /// Whether the launcher is known to end a job at its first failure; false for Slurm's `srun`, which
  /// may or may not do so.
  static var endsJobs: Bool {
    number("OMPI_COMM_WORLD_RANK") != nil
      || number("PMI_RANK") != nil && number("SLURM_PROCID") == nil
  }

  /// Keeps Open MPI from looking for fast networks where all ranks are on one node: it would open
  /// every network library that is installed, which takes 0.2 s. TCP stays, for ranks that cannot share
  /// memory; but 5.0.7 as Debian builds it asks the kernel for its routes, finds none between addresses
  /// of one node and says so, and then could not use TCP: the other way of choosing addresses can.
  ///
  /// To be called before MPI starts. The user's own choice in the environment or on mpirun's command
  /// line has precedence; a choice in a file of parameters has not, since environment variables override
  /// such files.
  static func passOverNetworks() {
    let local = number("OMPI_COMM_WORLD_LOCAL_SIZE")
    guard !isPresent || local != nil && local == number("OMPI_COMM_WORLD_SIZE") else { return }
    setenv("OMPI_MCA_pml", "ob1", 0)
    setenv("OMPI_MCA_reachable", "weighted", 0)
  }

  /// Keeps Open MPI's windows in shared memory, where all of ours are. Its component for UCX, of 5.0.11 as it
  /// comes in a wheel, would print an error for each window although all is well. To be called before MPI
  /// starts; a choice of the user's own has precedence.
  static func passOverRemoteWindows() { setenv("OMPI_MCA_osc", "^ucx", 0) }

  /// Keeps Open MPI from starting a daemon beside a process without a launcher, which takes 0.1 s: the
  /// daemon would serve processes that join later, and none do. Also keeps Open MPI from making a session
  /// folder, which all such processes would share: a process that begins as another ends would fail. To
  /// be called before MPI starts; without effect where there is a launcher.
  ///
  /// Open MPI 5 makes an empty folder all the same, and dies of signal 11 where it cannot, as where TMPDIR is
  /// that of a job on another machine: in its place it gets the default.
  static func stayAlone() {
    guard !isPresent else { return }
    setenv("OMPI_MCA_ess_singleton_isolated", "1", 0)
    setenv("OMPI_MCA_orte_create_session_dirs", "0", 0)
    let chosen = ["TMPDIR", "TEMP", "TMP"].lazy.compactMap { (name: String) in getenv(name) }.first
    if let chosen, access(chosen, W_OK | X_OK) != 0 { setenv("TMPDIR", "/tmp", 1) }
  }

  /// Lets Open MPI start as a single process where Slurm has started the process without PMIx. Open MPI
  /// takes the variable SLURM_STEP_ID as a sign that a PMIx server runs, and fails with twenty lines
  /// where no server does. To be called before MPI starts.
  static func passOverSteps() {
    guard getenv("PMIX_NAMESPACE") == nil, number("PMI_SIZE") ?? 1 == 1 else { return }
    unsetenv("SLURM_STEP_ID")
  }

  /// Keeps MPICH from adding lines of its own when a rank aborts the job, since the rank has told
  /// the reason. To be called before MPI starts.
  static func abortInSilence() { setenv("MPIR_CVAR_SUPPRESS_ABORT_MESSAGE", "1", 0) }

  private static let known: Int? = rank(names[...])

  private static func rank(_ names: ArraySlice<(String, String)>) -> Int? {
    names.lazy.compactMap { getenv($1) == nil ? nil : number($0) }.first
  }

  private static func number(_ name: String) -> Int? {
    getenv(name).flatMap { Int(String(cString: $0)) }
  }
}
