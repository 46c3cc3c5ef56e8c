import Foundation

/// Several hosts made of this machine by `cluster/local`: each with a name, a network, a /dev/shm
/// and an ssh daemon of its own. They are gone with the command they are made for, however it ends.
public enum Hosts {
  /// The words that make one host for each of `slots` and begin a command on the first of them.
  public static func words(_ slots: [Int]) -> [String] {
    [script, "run", "--slots", slots.map(String.init).joined(separator: ","), "--"]
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

  /// What jobs on them need beside what the script gives them: TCP between hosts, and no loitering.
  ///
  /// Where a rank fails, `mpirun` ends those of its own host first, for which it takes a second,
  /// and then each other host's daemon would wait another second twice over before it killed ranks
  /// that are gone by then. Daemons alone have this setting: ranks still have the first second.
  public static let environment = [
    "OMPI_MCA_btl": "self,vader,tcp",
    "OMPI_MCA_orte_launch_agent": "env OMPI_MCA_odls_base_sigkill_timeout=0 orted",
  ]

  /// The script's path.
  public static let script = URL(fileURLWithPath: #filePath)
    .appendingPathComponent("../../../cluster/local").standardizedFileURL.path
}

extension Command {
  /// A program of this package under the launcher, one rank on every slot of pretended hosts.
  ///
  /// `environment` reaches all ranks: with Open MPI its own words by themselves, the others by
  /// name.
  public static func mpirun(
    hosts slots: [Int], _ program: String, _ arguments: [String] = [],
    environment: [String: String] = [:]
  ) -> Command {
    let environment = environment.merging(Hosts.environment) { $1 }
      .merging(["OMP_NUM_THREADS": "1"]) { $1 }
    let names = environment.keys.filter { Library.isOpenMPI && !$0.hasPrefix("OMPI_") }.sorted()
    return Command(
      Hosts.words(slots) + Library.onHosts + names.flatMap { ["-x", $0] } + [built(program)]
        + arguments,
      environment: environment)
  }
}
