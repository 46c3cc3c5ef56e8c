internal import Glibc
internal import MPI
internal import Platform
internal import Ranks

/// What one rank finds out about its place in the job, its machine and its library.
struct RankFindings: Codable, Equatable {
  /// The rank.
  var rank: Int

  /// The lowest of the ranks that share memory with this one, which stands for their node.
  var node: Int

  /// The host's name.
  var host: String

  /// What tells machines apart, whatever they are called: the running kernel's number.
  var machine: String

  /// The hardware threads that this rank is bound to.
  var cpus: CPUList

  /// The threads that this rank would have.
  var threads: Int

  /// The ranks that the launcher says it started; nil without one that says it.
  var launched: Int?

  /// The variables of the environment that change what is done here, or how fast.
  var environment: [String: String]

  /// The processors.
  var processor: Processor

  /// How it computes products.
  var products: ProductFindings

  /// How messages travel.
  var transport: Transport

  /// Room for shared windows; nil where there is no such directory.
  var sharedRoom: SharedMemoryRoom?

  /// The bytes that can still be allocated; nil where the system does not tell.
  var memoryAvailable: Int?

  /// The tightest limit of this process; nil where there is none.
  var limit: ProcessLimit?

  /// The SHA-256 of the program.
  var program: String

  /// The data, as the lowest rank of a node finds it.
  var data: DataFindings?

  /// The hardware threads that the process which started this one is bound to; nil where the system
  /// does not tell.
  var parentCPUs: CPUList?
}

extension RankFindings {
  /// The variables in which people ask for threads, and Slurm tells how many processes it started.
  static let variables = ["OMP_NUM_THREADS", "SLURM_STEP_NUM_TASKS"]

  /// Looks around, also at the data in `data`; collective.
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
}
