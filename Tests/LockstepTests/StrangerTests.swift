import Foundation
import Support
import Testing

/// Processes that something has started together which tells MPI nothing of it.
@Suite struct StrangerTests {
  /// What the launcher of another MPI tells a rank of two.
  private func environment(rank: Int) -> [String: String] {
    Library.isOpenMPI
      ? ["PMI_RANK": "\(rank)", "PMI_SIZE": "2", "HYDI_CONTROL_FD": "7"]
      : ["OMPI_COMM_WORLD_RANK": "\(rank)", "OMPI_COMM_WORLD_SIZE": "2"]
  }

  @Test("the ranks of another MPI's launcher do nothing, and one says why")
  func launcher() throws {
    let folder = try RunFolder()
    try folder.train(environment: environment(rank: 0))
      .fail(
        69, "the launcher started 2 processes, MPI sees 1",
        "it was that of \(Library.isOpenMPI ? "MPICH" : "Open MPI"); use the launcher of",
        ": \(Library.launcher) -n 2 lockstep train, and")
    let other = try folder.train(environment: environment(rank: 1)).command.run()
    #expect(other.status == 69 && other.reported.isEmpty, "\(other.reported)")
    #expect(!FileManager.default.fileExists(atPath: folder.run))
    let doctor = Job(["doctor", "--data", folder.data], environment: environment(rank: 0))
    #expect(try doctor.succeed().output.contains("warning: the launcher started 2 processes"))
  }

  @Test("what needs no other rank is done once, whatever has started it")
  func alone() throws {
    let folder = try RunFolder.trained()
    let words = ["inspect", folder.run]
    let told = try (0..<2).map { try Job(words, environment: environment(rank: $0)).succeed() }
    #expect(told[0].output.contains("step") && told[1].reported.isEmpty)
    // What somebody has set by hand is no job.
    let alone = try Job(words, environment: ["PMIX_RANK": "1"]).succeed()
    #expect(alone.output == told[0].output)
    for name in ["PMIX_RANK", "PMI_RANK", "OMPI_COMM_WORLD_RANK", "SLURM_PROCID"] {
      #expect(
        try Job(["--version"], environment: [name: "1"]).succeed().output.contains("lockstep"))
      try Job(["fly"], environment: [name: "1"]).fail(64, "Unexpected argument 'fly'")
    }
  }

  @Test("a shell that has outlived its job starts a process that is alone")
  func outlived() throws {
    let folder = try RunFolder()
    let left = [
      "OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2", "PMIX_RANK": "1",
      "PMIX_NAMESPACE": "1234", "PMIX_SERVER_TMPDIR": folder.path("gone"),
      "PMIX_SERVER_URI3": "1234.0;tcp4://127.0.0.1:1", "OMPI_MCA_ess": "pmi",
    ]
    try folder.train("--epochs", "1", environment: left).succeed()
    #expect(try Job(["inspect", folder.run], environment: left).succeed().output.contains("step"))
  }

  /// Lone processes of one user would have the same folder, which each makes and removes; Open MPI 5 makes
  /// one all the same, but not there.
  @Test("a lone process needs no folder in TMPDIR")
  func noSession() throws {
    let folder = try RunFolder()
    try folder.train("--epochs", "1", environment: ["TMPDIR": "/proc/nowhere"]).succeed()
  }

  /// What srun gives the processes of a step without PMIx.
  private func step(tasks: Int) -> [String: String] {
    [
      "SLURM_JOBID": "1", "SLURM_NODELIST": "node1", "SLURM_STEP_ID": "0", "SLURM_PROCID": "0",
      "SLURM_STEP_NUM_TASKS": "\(tasks)",
    ]
  }

  @Test("a step of Slurm's without PMIx does what one process can")
  func slurm() throws {
    let folder = try RunFolder()
    try folder.train("--epochs", "1", environment: step(tasks: 1)).succeed()
    try Job(["inspect", folder.run], environment: step(tasks: 2)).succeed()
    try Job(["evaluate", folder.run, "--data", folder.data], environment: step(tasks: 2))
      .fail(
        69, "srun started 2 processes", "with srun --mpi=\(Library.isOpenMPI ? "pmix" : "pmi2")")
  }
}

/// The same in a real Slurm.
@Suite(.enabled(if: Slurm.obstacle == nil, "\(Slurm.obstacle ?? "")"))
struct SlurmStepTests {
  @Test("srun without PMIx, and an allocation in which somebody types")
  func steps() throws {
    let folder = try RunFolder.trained()
    let script = """
      for how in 'srun --mpi=none' 'srun --mpi=none --pty' salloc; do
        $how "$@" evaluate "$run" --data "$data" || echo "failed: $how"
      done
      srun --mpi=none -n 2 "$@" evaluate "$run" --data "$data" || echo "code $?"
      """
    let outcome = try Command(
      Slurm.words(cpus: 2) + ["bash", "-c", script, "bash", Command.built("lockstep")],
      environment: Job.environment.merging(["run": folder.run, "data": folder.data]) { $1 }
    ).run(seconds: 120)
    #expect(outcome.output.components(separatedBy: "test_loss ").count == 4, "\(outcome.reported)")
    #expect(outcome.output.hasSuffix("code 69\n"), "\(outcome.reported)")
    #expect(outcome.errors.contains("lockstep: srun started 2 processes"), "\(outcome.errors)")
  }
}
