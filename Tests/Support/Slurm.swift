import Foundation

/// A Slurm of one node, made of this machine by `cluster/slurm/local`. It is gone, with all jobs,
/// when the command that it was made for ends, however that ends.
public enum Slurm {
  /// The words that make a node of so many processors and begin a command for which `sbatch` and
  /// its kin mean that Slurm.
  public static func words(cpus: Int) -> [String] { [path("local"), "--cpus", "\(cpus)", "--"] }

  /// Why there can be none here; nil where there can be. Tests that need it are enabled by that.
  public static let obstacle: String? = {
    guard Library.isOpenMPI else { return "the batch scripts of cluster/slurm are Open MPI's" }
    do {
      let outcome = try Command(words(cpus: 1) + ["true"]).run(seconds: 60)
      return outcome.status == 0 ? nil : "no Slurm: \(outcome.errors)"
    } catch {
      return "no Slurm: \(error)"
    }
  }()

  /// The path of one of the files in `cluster/slurm`.
  public static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath)
      .appendingPathComponent("../../../cluster/slurm/\(name)").standardizedFileURL.path
  }
}
