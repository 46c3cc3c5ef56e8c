internal import Platform
internal import Ranks

/// The commands that start ranks in other ways. Each is what a user types.
struct LaunchAdvice {
  /// The launcher of the MPI library.
  let launcher: MPILauncher

  /// Whether Slurm's `srun` starts the ranks instead of the launcher.
  let isSlurm: Bool

  /// Binds each rank to as many cores of its own as the rank has `threads`.
  func binding(threads: Int) -> String {
    guard isSlurm else { return launcher.line(launcher.binding(threads: threads)) }
    return "srun " + (threads > 1 ? "--cpus-per-task=\(threads) " : "") + "--cpu-bind=cores"
  }

  /// Binds no rank.
  var noBinding: String { isSlurm ? "srun --cpu-bind=none" : launcher.line(launcher.noBinding) }

  /// Lets ranks run on `cpus` alone, to which the launcher itself is confined.
  func keeping(_ cpus: CPUList) -> String {
    let options = isSlurm ? [] : launcher.keeping("\(cpus)")
    return noBinding + (options.isEmpty ? "" : ", or \(launcher.line(options))")
  }

  /// Trains on `count` ranks.
  func training(ranks count: Int) -> String {
    let options = ["-n", "\(count)", "lockstep", "train"]
    return isSlurm
      ? (["srun", launcher.slurm] + options).joined(separator: " ") : launcher.line(options)
  }

  /// Has ranks copy nothing from a neighbour's memory; nil where the launcher's MPI is not known to have such
  /// a setting.
  var twoCopies: String? {
    launcher.twoCopies.map { setting($0.name, $0.value) }
  }

  /// Sets a parameter of Open MPI.
  func setting(_ name: String, _ value: String) -> String {
    isSlurm ? "export OMPI_MCA_\(name)=\(value)" : "mpirun --mca \(name) \(value)"
  }
}

extension RankFindings {
  /// The commands for the job that this rank belongs to.
  var advice: LaunchAdvice {
    // Where srun has started an mpirun, the ranks have the variables of both launchers.
    LaunchAdvice(
      launcher: MPILauncher(library: transport.library),
      isSlurm: slurmTasks != nil && launched == nil)
  }
}
