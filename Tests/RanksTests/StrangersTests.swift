@testable import Ranks
import Testing

/// What the environment tells of a job's processes, compared with what MPI sees.
@Suite struct StrangersTests {
  private static let (openMPI, mpich) = ("Open MPI 4.1.4", "MPICH 4.0.2")

  private func strangers(
    ranks: Int, launched: Int?, tasks: Int?, library: String = openMPI, command: String? = "train"
  ) -> Strangers? {
    Strangers(ranks: ranks, launched: launched, tasks: tasks, library: library, command: command)
  }

  @Test(
    "nothing is said where MPI sees all processes, or nothing tells their number",
    arguments: [
      (1, nil, nil), (1, 1, nil), (4, 4, nil), (1, nil, 1), (4, nil, 4), (4, 4, 4), (4, 2, nil),
      // srun has started an mpirun in each of its tasks, which has started one rank.
      (1, 1, 4),
    ] as [(Int, Int?, Int?)])
  func whole(ranks: Int, launched: Int?, tasks: Int?) {
    #expect(strangers(ranks: ranks, launched: launched, tasks: tasks) == nil)
  }

  @Test(
    "another MPI's launcher is told from the program's own",
    arguments: [
      (openMPI, "train", "mpirun -n 3 lockstep train, and the flags"),
      (openMPI, nil, "mpirun -n 3 lockstep, and the flags"),
      (mpich, "evaluate", "mpiexec.hydra -n 3 lockstep evaluate, and the flags"),
    ])
  func launcher(library: String, command: String?, line: String) throws {
    let found = try #require(
      strangers(ranks: 1, launched: 3, tasks: nil, library: library, command: command))
    #expect(
      found.sentence
        == "the launcher started 3 processes, MPI sees 1: nothing was done, since each would do all "
        + "of it; use the launcher of \(library), which this program runs with: \(line)")
    let owned = try #require(
      Strangers(
        ranks: 1, launched: 3, tasks: nil, owner: "Intel MPI", variable: "PMI_SIZE",
        library: library, command: command))
    #expect(
      owned.instead
        == "it was that of Intel MPI; \(found.instead); or, for one process alone, unset PMI_SIZE")
  }

  @Test("processes of srun are started anew by srun", arguments: [nil, 4])
  func slurm(launched: Int?) throws {
    for (library, option) in [(Self.openMPI, "--mpi=pmix"), (Self.mpich, "--mpi=pmi2")] {
      let found = try #require(
        strangers(ranks: 1, launched: launched, tasks: 4, library: library))
      #expect(
        found.what == "srun started 4 processes, and each is a world of its own to \(library)")
      #expect(
        found.instead
          == "start them with srun \(option); or, for one process alone, unset SLURM_STEP_NUM_TASKS"
      )
      #expect(
        found.sentence == "\(found.what): nothing was done, since each would do all of it; "
          + found.instead)
    }
  }

  @Test("the launcher is blamed where srun's processes do see one another")
  func both() throws {
    let found = try #require(strangers(ranks: 2, launched: 4, tasks: 4))
    #expect(found.what == "the launcher started 4 processes, MPI sees 2")
  }
}
