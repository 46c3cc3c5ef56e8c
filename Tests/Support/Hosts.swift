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

  /// The script's path.
  public static let script = URL(fileURLWithPath: #filePath)
    .appendingPathComponent("../../../cluster/local").standardizedFileURL.path
}

extension Command {
  /// A program of this package under the launcher, one rank on every slot of pretended hosts.
  ///
  /// `environment` reaches all ranks: with Open MPI its own words by themselves, the others by name.
  public static func mpirun(
    hosts slots: [Int], _ program: String, _ arguments: [String] = [],
    environment: [String: String] = [:]
  ) -> Command {
    let ours = ["OMPI_MCA_btl": "self,vader,tcp", "OMP_NUM_THREADS": "1"]
    let environment = environment.merging(ours) { $1 }
    let names = environment.keys.filter { Library.isOpenMPI && !$0.hasPrefix("OMPI_") }.sorted()
    return Command(
      Hosts.words(slots) + Library.onHosts + names.flatMap { ["-x", $0] } + [built(program)]
        + arguments,
      environment: environment)
  }
}
