package import Images
package import MPI
internal import Platform

/// The images that a job works on: one copy on every node, which all of its ranks read.
///
/// The lowest rank of a node, its leader, reads the files. Where it finds none, rank zero sends
/// what it has read: data need to be on its machine only.
package struct NodeData: ~Copyable {
  /// Views of the splits that were asked for, in that order, but for those after the first that are
  /// not there; valid until ``free()``.
  package let splits: [Dataset]

  /// The SHA-256 of each split's images, in hexadecimal; see ``DataFingerprint``.
  package let digests: [String]

  private let memory: SharedMemory<UInt8>

  /// Reads `splits` of the data in `directory` for all nodes, and makes sure that all have the
  /// same; collective over `world`. The first split must be there. Every rank's `check` is given
  /// the shapes, before anything is read.
  ///
  /// - Throws: on all ranks, what `check` throws, or a failure that tells which file on which host
  ///   is missing or damaged, whose data differ from rank zero's, or which host lacks memory.
  package init(
    _ directory: String, _ splits: [Dataset.Split], among world: borrowing Communicator,
    check: ([Dataset.Shape]) throws -> Void = { _ in }
  ) throws {
    let node = try world.splitShared(key: world.rank)
    let source = try DataSource(directory, splits, isLeader: node.rank == 0, among: world)
    try world.together { try check(source.shapes) }
    let size = source.shapes.reduce(0) { $0 + $1.byteCount }
    try MachineMemory.require(
      node.rank == 0 ? size : 0, sharing: node.rank == 0 ? 0 : size, for: "keeping the data",
      advice: "use a larger machine", among: world)
    var memory = try SharedMemory<UInt8>(count: size, on: node, among: world)
    let splits = try source.read(into: memory.bytes, among: world)
    try memory.synchronise(node)  // From here on all ranks read, and none writes.
    let fingerprints = try Fingerprint.data(splits, on: node)
    try Fingerprint.requireEqual(fingerprints, among: world)
    try node.free()
    self.splits = splits
    digests = fingerprints.prefix(splits.count).map { SHA256.hexadecimal($0.digest) }
    self.memory = memory
  }

  /// Gives the memory back when all ranks of the node have come to it; collective.
  package consuming func free() throws { try memory.free() }
}
