internal import Glibc
internal import MPI
internal import Platform
internal import Ranks

/// What one rank finds out about itself, its machine and its MPI library.
struct RankFindings: Codable, Equatable {
  /// The rank in the job.
  var rank: Int

  /// The lowest of the ranks that share memory with this rank; it identifies their node.
  var node: Int

  /// The host's name.
  var host: String

  /// The identifier of the running kernel (`boot_id`), which tells machines apart even if their names are
  /// equal; the host's name where the system does not tell the identifier.
  var machine: String

  /// The hardware threads that this rank is bound to.
  var cpus: CPUList

  /// The number of threads that this rank would train with.
  var threads: Int

  /// The number of ranks that the launcher says it started; nil where no launcher tells a number.
  var launched: Int?

  /// The values of those of the environment's ``variables`` that are set, by name.
  var environment: [String: String]

  /// The processors.
  var processor: Processor

  /// How this rank computes products.
  var products: ProductFindings

  /// How this rank's messages travel.
  var transport: Transport

  /// The room for shared windows; nil where the directory for them does not exist.
  var sharedRoom: SharedMemoryRoom?

  /// The bytes that the machine can still allocate; nil where the system does not tell.
  var memoryAvailable: Int?

  /// The limit on this process's memory that leaves the least; nil where there is no limit.
  var limit: ProcessLimit?

  /// The SHA-256 of the program's file, in hexadecimal; "unknown" where it cannot be read.
  var program: String

  /// The data that this rank finds; nil on all ranks but the lowest of each node.
  var data: DataFindings?

  /// The hardware threads that this process's parent is bound to; nil where the system does not tell.
  var parentCPUs: CPUList?
}

extension RankFindings {
  /// The variables that are read. In the first, users ask for threads; in the second, Slurm tells how
  /// many processes it started.
  static let variables = ["OMP_NUM_THREADS", "SLURM_STEP_NUM_TASKS"]

  /// Examines this rank, its machine, and the data in `directory`; collective.
  init(_ world: borrowing World, threads: Int, data directory: String) throws {
    let node = try world.communicator.splitShared(key: world.communicator.rank)
    rank = world.communicator.rank
    self.node = Int(try node.broadcast(Int64(rank), from: 0))
    host = try world.processorName
    let boot = try? FileSystem.read("/proc/sys/kernel/random/boot_id")
    machine = boot.map { String($0.prefix { !$0.isWhitespace }) } ?? host
    transport = try Transport(world, node)
    data = node.rank == 0 ? DataFindings(directory) : nil
    try node.free()
    cpus = Processor.affinity()
    self.threads = threads
    processor = Processor()
    products = ProductFindings()
    sharedRoom = SharedMemoryRoom(transport.windowDirectory ?? SharedMemoryRoom.defaultDirectory)
    memoryAvailable = MachineMemory.available()
    limit = ProcessLimit.all().min { $0.left < $1.left }
    program =
      (try? SHA256.digest(ofFile: ProgramFile.path)).map { SHA256.hexadecimal($0) } ?? "unknown"
    environment = [:]
    for name in Self.variables { environment[name] = Self.variable(name) }
    launched = LaunchedProcesses.ofLauncher
    parentCPUs = Processor.affinity(of: "\(getppid())")
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// The number of threads that OMP_NUM_THREADS asks for. If it is a list, with a number for each
  /// level of nesting, the first number counts. Nil where the variable is not set, or is no number.
  var wantedThreads: Int? {
    environment["OMP_NUM_THREADS"]?.split(separator: ",").first.flatMap {
      Int($0.split(whereSeparator: \.isWhitespace).joined(separator: " "))
    }
  }

  /// The number of processes, this one included, that Slurm's `srun` started; nil where `srun` did not
  /// start this process.
  var slurmTasks: Int? { environment["SLURM_STEP_NUM_TASKS"].flatMap { Int($0) } }
}

extension Wording {
  /// "rank 3", "ranks 0 and 1", "ranks 0-3,7".
  static func ranks(_ ranks: [RankFindings]) -> String { list("rank", ranks.map(\.rank)) }

  /// The hosts of `nodes`, each once.
  static func hosts(_ nodes: [[RankFindings]]) -> String {
    var hosts: [String] = []
    for node in nodes where !hosts.contains(node[0].host) { hosts.append(node[0].host) }
    return names(hosts)
  }
}
