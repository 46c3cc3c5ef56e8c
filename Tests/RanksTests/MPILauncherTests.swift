@testable import Ranks
import Testing

/// How each launcher's manual spells what we ask of it: mpirun(1) of Open MPI 4, mpiexec(1) of MPICH 4.
@Suite struct MPILauncherTests {
  private static let libraries = [
    "Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4, repo rev: v4.1.4, May 26, 2022",
    "MPICH Version:\t4.0.2\nMPICH Release date:\tThu Apr  7 12:34:45 CDT 2022\n",
    "Intel(R) MPI Library 2021.9 for Linux* OS\n",
  ]

  @Test("libraries that are not Open MPI come with hydra, as MPICH does")
  func library() {
    #expect(Self.libraries.map { MPILauncher(library: $0) } == [.openMPI, .hydra, .hydra])
  }

  @Test("a library is named with its version, in one line")
  func name() {
    #expect(
      Self.libraries.map(MPILauncher.libraryName)
        == ["Open MPI v4.1.4", "MPICH Version: 4.0.2", "Intel(R) MPI Library 2021.9 for Linux* OS"])
    #expect(MPILauncher.libraryName("") == "")
  }

  @Test(
    "command lines with one core a rank, with several, with none of its own, and of other machines",
    arguments: [
      (
        MPILauncher.openMPI,
        [
          "mpirun --bind-to core", "mpirun --map-by slot:PE=3 --bind-to core",
          "mpirun --bind-to none", "mpirun --oversubscribe --bind-to none",
          "mpirun --oversubscribe --bind-to none --mca mpi_yield_when_idle 1",
          "mpirun --hostfile machines", "mpirun --host left:2,right:2",
        ]
      ),
      (
        .hydra,
        [
          "mpiexec.hydra -bind-to core", "mpiexec.hydra -bind-to core:3",
          "mpiexec.hydra -bind-to none", "mpiexec.hydra -bind-to none",
          "mpiexec.hydra -bind-to none", "mpiexec.hydra -f machines",
          "mpiexec.hydra -hosts left:2,right:2",
        ]
      ),
    ])
  func lines(launcher: MPILauncher, lines: [String]) {
    let options = [
      launcher.binding(), launcher.binding(threads: 3), launcher.noBinding,
      launcher.sharing(yields: false), launcher.sharing(yields: true),
      launcher.machines(file: "machines"), launcher.machines(list: "left:2,right:2"),
    ]
    #expect(options.map(launcher.line) == lines)
  }

  @Test("each launcher's package and its option of srun are named")
  func sources() {
    #expect(MPILauncher.openMPI.source == "Open MPI (Debian: openmpi-bin)")
    #expect(MPILauncher.hydra.source == "MPICH (Debian: mpich)")
    #expect(MPILauncher.openMPI.slurm == "--mpi=pmix" && MPILauncher.hydra.slurm == "--mpi=pmi2")
  }
}
