@testable import Doctor
import Kernels
@testable import Platform
import Testing

/// The commands that the doctor advises, by the launcher that starts ranks.
extension DiagnosisTests {
  /// Problems of a job under MPICH's launcher, and its commands.
  static let hydra = [
    Case("unbound", "type mpiexec.hydra -bind-to core") { ranks in
      for rank in ranks.indices { ranks[rank].cpus = ranks[rank].processor.online }
    },
    Case("crowded", "the 2 threads of rank 3 are bound to CPU 3", "-bind-to core:2") { ranks in
      ranks.removeSubrange(0..<3)
      ranks[0].threads = 2
    },
    Case("launcher", "use the launcher of MPICH 4.0.2", ": mpiexec.hydra -n 16 lockstep") {
      $0[0].launched = 16
    },
    Case("mask", "type mpiexec.hydra -bind-to none") { $0[1].parentCPUs = CPUList([2]) },
  ]

  @Test("under MPICH, the advice is for its launcher", arguments: hydra)
  func mpich(_ one: Case) throws {
    var ranks = SampleJob.make(hosts: 2, cores: 4)
    for rank in ranks.indices {
      ranks[rank].transport = Transport(library: "MPICH 4.0.2", threadLevel: "funneled")
    }
    #expect(problems(ranks) == [])
    one.spoil(&ranks)
    let found = problems(ranks)
    let told = found.first { $0.name == one.name }?.sentence.description ?? ""
    #expect(one.parts.allSatisfy { told.contains($0) }, "\(found)")
    #expect(!found.contains { $0.sentence.description.contains("mpirun") }, "\(found)")
  }

  /// Problems of a job under Slurm's srun, and its commands.
  static let slurm = [
    Case("oversubscribed", "9 ranks on host0", "type srun --mpi=pmix -n 4 lockstep train") {
      for _ in 0..<5 { $0.append($0[0]) }
    },
    Case("spinning", "type export OMPI_MCA_mpi_yield_when_idle=1") {
      for _ in 0..<5 { $0.append($0[0]) }
    },
    Case("unbound", "type srun --cpu-bind=core") { ranks in
      for rank in ranks.indices { ranks[rank].cpus = ranks[rank].processor.online }
    },
    Case("crowded", "the 2 threads of rank 3", "type srun --cpus-per-task=2 --cpu-bind=cores") {
      $0.removeSubrange(0..<2)
      $0[1].threads = 2
    },
    Case("single-copy", "export OMPI_MCA_btl_vader_single_copy_mechanism=none") {
      $0[0].transport.copyProblem = "EPERM"
    },
  ]

  @Test("under srun, the advice is for srun", arguments: slurm)
  func srun(_ one: Case) throws {
    var ranks = SampleJob.make(hosts: 1, cores: 4)
    for rank in ranks.indices {
      ranks[rank].launched = nil
      ranks[rank].environment["SLURM_STEP_NUM_TASKS"] = "4"
    }
    #expect(problems(ranks) == [])
    one.spoil(&ranks)
    let found = problems(ranks)
    let told = found.first { $0.name == one.name }?.sentence.description ?? ""
    #expect(one.parts.allSatisfy { told.contains($0) }, "\(found)")
    #expect(!found.contains { $0.sentence.description.contains("mpirun") }, "\(found)")
  }
}
