package import MPI

/// Processes that were started as one job and do not know one another: their launcher is that of
/// another MPI than the program's, or has none.
package struct Strangers {
  /// What was found.
  package let what: String

  /// What to type instead.
  package let instead: String

  /// One sentence.
  package var sentence: String {
    "\(what): nothing was done, since each would do all of it; \(instead)"
  }

  /// Looks whether `world` is all of the job that was started.
  ///
  /// - Returns: nil where it is, or where nobody says how large that is.
  /// - Throws: `MPIError` where a call fails.
  package init?(_ world: borrowing World, command: String?) throws {
    guard world.communicator.size == 1 else { return nil }
    self.init(
      ranks: 1, launched: LaunchedProcesses.ofLauncher,
      tasks: LaunchedProcesses.ofStep,
      library: try MPILauncher.libraryName(World.libraryVersion), command: command)
  }

  /// Judges a job of `ranks`, of which a launcher says that it has started `launched`, and `srun`
  /// that they are `tasks`; nil where they do not say.
  package init?(ranks: Int, launched: Int?, tasks: Int?, library: String, command: String?) {
    let launcher = MPILauncher(library: library)
    // A step that starts an mpirun, which starts one rank, is as it should be.
    if let tasks, tasks > 1, ranks == 1, launched ?? tasks != 1 {
      what = "srun started \(tasks) processes, and each is a world of its own"
      instead = "start them with srun \(launcher.slurm)"
    } else if let launched, launched > ranks {
      what = "the launcher started \(launched) processes, MPI sees \(ranks)"
      instead =
        "use the launcher of \(library), which this program was built with: "
        + launcher.line(["-n", "\(launched)", "lockstep"] + (command.map { [$0] } ?? []))
        + ", and the flags"
    } else {
      return nil
    }
  }
}
