@testable import Doctor
@testable import Platform
@testable import Ranks

/// The findings of a job without problems, into which tests put some.
enum SampleJob {
  /// `hosts` machines of `cores` cores, each with a rank bound to each core but the last `idle`.
  static func make(hosts: Int = 1, cores: Int = 4, threadsPerCore: Int = 1, idle: Int = 0)
    -> [RankFindings]
  {
    (0..<hosts).flatMap { host in
      (0..<cores - idle).map { core in
        let cpus = siblings(core, cores, threadsPerCore)
        return RankFindings(
          rank: host * (cores - idle) + core, node: host * (cores - idle), host: "host\(host)",
          machine: "machine\(host)", cpus: cpus, threads: 1, launched: hosts * (cores - idle),
          environment: [:], processor: processor(cores, threadsPerCore),
          products: ProductFindings(
            instructions: "avx2", description: "AVX2", best: "avx2", hasBF16: false,
            areRight: true),
          transport: Transport(
            library: "Open MPI 4.1.4", threadLevel: "funneled", messageLayer: "^ucx",
            byteLayer: "", singleCopy: "cma", yields: false, windowDirectory: "/dev/shm"),
          sharedRoom: SharedMemoryRoom(directory: "/dev/shm", free: 8 << 30, size: 8 << 30),
          memoryAvailable: 16 << 30, program: "abc", data: nil)
      }
    }
  }

  /// The hardware threads of a core: Linux numbers the first of all cores, then the second.
  static func siblings(_ core: Int, _ cores: Int, _ threadsPerCore: Int) -> CPUList {
    CPUList((0..<threadsPerCore).map { core + $0 * cores })
  }

  private static func processor(_ cores: Int, _ threadsPerCore: Int) -> Processor {
    let online = CPUList(0..<cores * threadsPerCore)
    return Processor(
      model: "A processor", online: online, allowed: online,
      cores: (0..<cores).map { siblings($0, cores, threadsPerCore) })
  }
}
