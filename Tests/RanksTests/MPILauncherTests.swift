import Foundation
@testable import Ranks
import Testing

/// How each launcher's manual spells what we ask of it: mpirun(1) of Open MPI 4 and 5, mpiexec(1) of MPICH,
/// Intel MPI's reference of options and of environment variables.
@Suite struct MPILauncherTests {
  private static let libraries = [
    "Open MPI 4.1.4", "Open MPI 5.0.7", "MPICH 4.0.2", "Intel MPI 2021.9",
  ]

  private static let mpirun = [
    "mpirun --bind-to core", "mpirun --map-by slot:PE=3 --bind-to core",
    "mpirun --bind-to none", "mpirun --oversubscribe --bind-to none",
    "mpirun --oversubscribe --bind-to none --mca mpi_yield_when_idle 1",
    "mpirun --hostfile machines", "mpirun --host left:2,right:2", "mpirun --cpu-set 1",
  ]

  private static let mpiexec = [
    "mpiexec.hydra -bind-to core", "mpiexec.hydra -bind-to core:3",
    "mpiexec.hydra -bind-to none", "mpiexec.hydra -bind-to none",
    "mpiexec.hydra -bind-to none", "mpiexec.hydra -f machines",
    "mpiexec.hydra -hosts left:2,right:2", "mpiexec.hydra",
  ]

  private static let intel = [
    "mpiexec.hydra -genv I_MPI_PIN_DOMAIN core", "mpiexec.hydra -genv I_MPI_PIN_DOMAIN 3:compact",
    "mpiexec.hydra -genv I_MPI_PIN 0", "mpiexec.hydra -genv I_MPI_PIN 0",
    "mpiexec.hydra -genv I_MPI_PIN 0", "mpiexec.hydra -machinefile machines",
    "mpiexec.hydra -hosts left:2,right:2", "mpiexec.hydra",
  ]

  @Test(
    "command lines with one core a rank, with several, with none of its own, and of other machines",
    arguments: zip(libraries, [mpirun, mpirun, mpiexec, intel]))
  func lines(library: String, lines: [String]) {
    let launcher = MPILauncher(library: library)
    let options = [
      launcher.binding(), launcher.binding(threads: 3), launcher.noBinding,
      launcher.sharing(yields: false), launcher.sharing(yields: true),
      launcher.machines(file: "machines"), launcher.machines(list: "left:2,right:2"),
      launcher.keeping("1"),
    ]
    #expect(options.map(launcher.line) == lines)
  }

  /// The page for people has a column for each launcher, with what the table tells it.
  @Test("cluster/mpi.md says what scripts/launchers.tsv says")
  func page() throws {
    let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..")
      .standardizedFileURL
    func lines(_ path: String) throws -> [Substring] {
      try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8).split(
        separator: "\n")
    }
    let page = try lines("cluster/mpi.md").drop { !$0.hasPrefix("| | Open MPI 4 |") }
      .prefix { $0.hasPrefix("|") }
      .map { $0.split(separator: "|").map { String($0) } }
    let told = [
      "launcher", "core", "room", "cores", "unbound", "crowded", "export", "slurm", "grace",
    ]
    let rows = try lines("scripts/launchers.tsv").map { $0.split(separator: "\t") }
    for row in rows where told.contains(String(row[0])) {
      for (column, cell) in row.dropFirst().enumerated() where cell != "-" {
        let words = cell.replacing("{}", with: row[0] == "export" ? "NAME" : "T")
        #expect(
          page.contains { $0[column + 1].contains(words) },
          "\(row[0]) of column \(column + 1): \(words)")
      }
    }
  }

  /// They are copied and changed by people, so they have the words themselves.
  @Test("the batch scripts of Slurm say what scripts/launchers.tsv says")
  func slurm() throws {
    let cluster = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../cluster/slurm")
    func text(_ name: String) throws -> String {
      try String(
        contentsOf: cluster.standardizedFileURL.appendingPathComponent(name), encoding: .utf8)
    }
    let (byServer, byMPIRun) = (try text("train.sbatch"), try text("train-mpirun.sbatch"))
    for library in Self.libraries.prefix(2) {
      let launcher = MPILauncher(library: library)
      #expect(byServer.contains("srun \(launcher.slurm) "))
      let words = launcher.binding(threads: 3).joined(separator: " ")
      #expect(byMPIRun.replacing(#""slot:PE=$threads""#, with: "slot:PE=3").contains(words))
    }
  }

  @Test("each launcher's package and its option of srun are named, and what it calls its settings")
  func sources() {
    let launchers = Self.libraries.map(MPILauncher.init)
    #expect(
      launchers.map(\.source) == [
        "Open MPI 4 (Debian: openmpi-bin)", "Open MPI 5 and later (Debian: openmpi-bin)",
        "MPICH (Debian: mpich)", "Intel MPI",
      ])
    #expect(
      launchers.map(\.slurm) == ["--mpi=pmix", "--mpi=pmix", "--mpi=pmi2", "--mpi=pmi2"])
    #expect(launchers.map(\.isOpenMPI) == [true, true, false, false])
    #expect(
      launchers.map(\.bindingVariable) == [
        "OMPI_MCA_hwloc_base_binding_policy", "PRTE_MCA_hwloc_default_binding_policy",
        "HYDRA_BINDING", "I_MPI_PIN",
      ])
    #expect(
      launchers.map { $0.twoCopies?.name } == ["btl_vader_single_copy_mechanism", "smsc", nil, nil])
  }
}
