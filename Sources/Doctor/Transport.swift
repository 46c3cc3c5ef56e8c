internal import CLinux
internal import Glibc
internal import Kernels
internal import MPI
internal import Ranks

/// How this rank's messages travel, as far as the library tells.
struct Transport: Codable, Equatable {
  /// The library's name and version, its first words.
  var library: String

  /// What the library allows this process's threads.
  var threadLevel: String

  /// Which components carry messages: `pml`. Each setting is nil where the library knows none.
  var messageLayer: String?

  /// Which components carry bytes: `btl`.
  var byteLayer: String?

  /// How a rank copies from another's memory in one step: `btl_vader_single_copy_mechanism`.
  var singleCopy: String?

  /// Whether ranks leave the processor to others while they wait: `mpi_yield_when_idle`.
  var yields: Bool?

  /// Where shared windows are kept: `osc_sm_backing_directory`.
  var windowDirectory: String?

  /// Why this rank cannot copy from its neighbour's memory; nil where it can.
  var copyProblem: String?
}

extension Transport {
  /// Asks the library, and copies from a neighbour on `node`; collective over `node`.
  init(_ world: borrowing World, _ node: borrowing Communicator) throws {
    library = MPILauncher.libraryName(try World.libraryVersion)
    threadLevel = "\(world.threadLevel)"
    messageLayer = try world.setting("pml")
    byteLayer = try world.setting("btl")
    singleCopy = try world.setting("btl_vader_single_copy_mechanism")
    yields = try world.setting("mpi_yield_when_idle").map { $0 == "true" || $0 == "1" }
    windowDirectory = try world.setting("osc_sm_backing_directory")
    copyProblem = try Self.copy(among: node)
  }

  /// Copies a word from the memory of the next rank on this node, as MPI does with long messages.
  ///
  /// - Returns: why that failed, or nil.
  private static func copy(among node: borrowing Communicator) throws -> String? {
    let expected = Int64(bitPattern: 0x4c6f_636b_7374_6570)
    let word = Buffer<Int64>(repeating: expected, count: 1)
    let address = word.span.withUnsafeBufferPointer { Int64(Int(bitPattern: $0.baseAddress)) }
    let addresses = try node.allGather(address)
    let processes = try node.allGather(Int64(getpid()))
    let next = (node.rank + 1) % node.size
    var copy: Int64 = 0
    let error = CLinux_copy_from_process(
      pid_t(processes[next]), UInt(bitPattern: Int(addresses[next])), &copy,
      MemoryLayout<Int64>.size)
    try node.barrier()  // The neighbour's word is there until all have copied.
    _ = word.span.count
    if error != 0 { return String(cString: strerror(error)) }
    return copy == expected ? nil : "another process was met"
  }
}
