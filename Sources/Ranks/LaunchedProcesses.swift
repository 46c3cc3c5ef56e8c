internal import Glibc

/// How many processes were started together with this one, as its environment has it.
package enum LaunchedProcesses {
  /// What the launcher of some MPI tells; nil without one. Where the variables of several are
  /// there, one was started below the other: that of this program's own MPI is believed.
  package static var ofLauncher: Int? {
    let names = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"]
    return (MPILauncher.own == .openMPI ? names : names.reversed()).lazy.compactMap(number).first
  }

  /// What Slurm's `srun` tells; nil where it did not start this process.
  static var ofStep: Int? { number("SLURM_STEP_NUM_TASKS") }

  private static func number(_ name: String) -> Int? {
    getenv(name).flatMap { Int(String(cString: $0)) }
  }
}
