internal import CLinux
internal import Glibc
internal import Kernels
internal import MPI
internal import Platform
internal import Ranks

/// How this rank's messages travel, as far as the library tells. A setting that the library does not have
/// is nil.
struct Transport: Codable, Equatable {
  /// The library's name and version.
  var library: String

  /// The thread level that the library grants this process.
  var threadLevel: String

  /// The components that carry messages: the setting `pml`.
  var messageLayer: String?

  /// The components that carry bytes: the setting `btl`.
  var byteLayer: String?

  /// The mechanism with which a rank copies directly from another's memory: the setting
  /// `btl_vader_single_copy_mechanism`, or what `smsc` leaves from Open MPI 5 on.
  var singleCopy: String?

  /// Whether ranks leave the processor to others while they wait: the setting `mpi_yield_when_idle`.
  var yields: Bool?

  /// The directory of shared windows: the setting `osc_sm_backing_directory`.
  var windowDirectory: String?

  /// Why this rank cannot copy from the memory of the node's next rank; nil where it can.
  var copyProblem: String?
}

extension Transport {
  /// Asks the library for its settings, and copies from the next rank on `node`; collective over `node`.
  init(_ world: borrowing World, _ node: borrowing Communicator) throws {
    library = try World.libraryName
    threadLevel = "\(world.threadLevel)"
    messageLayer = try world.setting("pml")
    byteLayer = try world.setting("btl")
    singleCopy =
      try world.setting("btl_vader_single_copy_mechanism")
      ?? world.setting("smsc").map(Self.singleCopy(components:))
    yields = try world.setting("mpi_yield_when_idle").map { $0 == "true" || $0 == "1" }
    windowDirectory = try world.setting("osc_sm_backing_directory")
    copyProblem = try Self.copy(among: node)
  }

  /// The mechanism that the setting `smsc` leaves, a list of components: all where it is empty, those it
  /// names, or, after `^`, all but those.
  static func singleCopy(components list: String) -> String {
    let isNamed = list.drop { $0 == "^" }.split(separator: ",").contains("cma")
    return list.isEmpty || isNamed != list.hasPrefix("^") ? "cma" : "none"
  }

  /// Copies a word from the memory of the next rank on this node, as MPI does with long messages.
  ///
  /// - Returns: why the copy failed; nil where it succeeded.
  private static func copy(among node: borrowing Communicator) throws -> String? {
    let expected = Int64(bitPattern: 0x4c6f_636b_7374_6570)
    let word = Buffer<Int64>(repeating: expected, count: 1)
    let address = word.span.withUnsafeBufferPointer { Int64(Int(bitPattern: $0.baseAddress)) }
    let addresses = try node.allGather(address)
    let processes = try node.allGather(Int64(getpid()))
    let next = (node.rank + 1) % node.size
    let (copy, problem) = ProcessMemory.word(
      at: Int(addresses[next]), of: Int(processes[next]))
    try node.barrier()  // Every rank's word must exist until its neighbour has copied it.
    _ = word.span.count
    if let problem { return problem }
    return copy == expected ? nil : "the copy is of another process"
  }
}

/// The memory of another process.
private enum ProcessMemory {
  /// Copies the word at `address` of the process with the ID `process`: `process_vm_readv`, by which MPI
  /// copies long messages.
  ///
  /// - Returns: the word, and the system's reason where it refuses; nil where it does not.
  static func word(at address: Int, of process: Int) -> (word: Int64, problem: String?) {
    var word: Int64 = 0
    let error = CLinux_copy_from_process(
      pid_t(process), UInt(bitPattern: address), &word, MemoryLayout<Int64>.size)
    return (word, error == 0 ? nil : String(cString: strerror(error)))
  }
}
