import Foundation

/// Several hosts made of this machine by `scripts/hosts`: each with a name, a network and a /dev/shm
/// of its own. They are gone with the last process on them, however it ends.
public enum Hosts {
  /// The words that make one host for each of `slots` and begin a command on the first of them.
  public static func words(_ slots: [Int]) -> [String] {
    [script, slots.map(String.init).joined(separator: ",")]
  }

  /// Why there can be none here; nil where there can be. Tests that need them are enabled by that.
  public static let obstacle: String? = {
    do {
      let outcome = try Command(words([1, 1]) + ["true"]).run(seconds: 10)
      return outcome.status == 0 ? nil : "no pretended hosts: \(outcome.errors)"
    } catch {
      return "no pretended hosts: \(error)"
    }
  }()

  /// The script's path.
  public static let script = URL(fileURLWithPath: #filePath)
    .appendingPathComponent("../../../scripts/hosts").standardizedFileURL.path
}

extension Command {
  /// A program of this package under `mpirun`, one rank on every slot of pretended hosts.
  public static func mpirun(
    hosts slots: [Int], _ program: String, _ arguments: [String] = [],
    environment: [String: String] = [:]
  ) -> Command {
    let ours = ["OMPI_MCA_btl": "self,vader,tcp", "OMP_NUM_THREADS": "1"]
    return Command(
      Hosts.words(slots) + ["mpirun", "--quiet", built(program)] + arguments,
      environment: environment.merging(ours) { $1 })
  }
}
