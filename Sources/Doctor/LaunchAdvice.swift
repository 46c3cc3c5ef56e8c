internal import Platform
internal import Ranks

/// What to type so that ranks start otherwise than they did.
struct LaunchAdvice {
  /// The launcher that the library brings.
  let launcher: MPILauncher

  /// Whether Slurm's `srun` starts the ranks in its place.
  let isSlurm: Bool

  /// Gives each rank as many cores of its own as it has `threads`.
  func binding(threads: Int) -> String {
    guard isSlurm else { return launcher.line(launcher.binding(threads: threads)) }
    return "srun " + (threads > 1 ? "--cpus-per-task=\(threads) " : "") + "--cpu-bind=cores"
  }

  /// Binds no rank.
  var noBinding: String { isSlurm ? "srun --cpu-bind=none" : launcher.line(launcher.noBinding) }

  /// Lets ranks run on `cpus` alone, which the launcher itself was left.
  func keeping(_ cpus: CPUList) -> String {
    isSlurm || launcher == .hydra ? noBinding : "\(noBinding), or mpirun --cpu-set \(cpus)"
  }

  /// Trains on `count` ranks.
  func training(ranks count: Int) -> String {
    let options = ["-n", "\(count)", "lockstep", "train"]
    return isSlurm
      ? (["srun", launcher.slurm] + options).joined(separator: " ") : launcher.line(options)
  }

  /// Brings the variable `name` of this environment to all ranks, which srun does untold.
  func variable(_ name: String) -> String {
    isSlurm ? "export \(name)" : launcher.line([launcher.variable, name])
  }

  /// Sets a parameter of Open MPI.
  func setting(_ name: String, _ value: String) -> String {
    isSlurm ? "export OMPI_MCA_\(name)=\(value)" : "mpirun --mca \(name) \(value)"
  }
}

extension RankFindings {
  /// For a job of which this is a rank.
  var advice: LaunchAdvice {
    // Ranks of an mpirun in a step of srun's have mpirun's variables, too.
    LaunchAdvice(
      launcher: MPILauncher(library: transport.library),
      isSlurm: slurmTasks != nil && launched == nil)
  }
}
