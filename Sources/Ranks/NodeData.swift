package import Images
package import MPI
internal import Platform

/// The images that a job works on: one copy on every node, which all ranks of the node read.
///
/// The lowest rank of a node, its leader, reads the files. Where it finds none, rank zero sends the
/// images that it has read: only rank zero's machine needs the files.
///
///     let data = try NodeData("data/mnist", [.train, .test], among: world)
///     let train = data.splits[0]
package struct NodeData: ~Copyable {
  /// Views of the splits that were asked for, in that order, without those after the first that do not
  /// exist; valid until ``free()``.
  package let splits: [Dataset]

  /// The SHA-256 of each split's images, in hexadecimal; see ``DataFingerprint``.
  package let digests: [String]

  private let memory: SharedMemory<UInt8>

  /// Reads `splits` of the data in `directory` for all nodes, and makes sure that all nodes have the
  /// same data; collective over `world`. The first split must exist. Every rank's `check` is given the
  /// shapes of the splits before any image is read.
  ///
  /// - Throws: on all ranks, what `check` throws, or a failure that tells which file on which host is
  ///   missing or damaged, which rank's data differ from rank zero's, or which host lacks memory.
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
    try memory.barrier(on: node)  // From here on all ranks read, and none writes.
    let fingerprints = try Fingerprint.data(splits, on: node)
    try Fingerprint.requireEqual(fingerprints, among: world)
    try node.free()
    self.splits = splits
    digests = fingerprints.prefix(splits.count).map { SHA256.hexadecimal($0.digest) }
    self.memory = memory
  }

  /// Frees the memory once all ranks of the node have called this; collective.
  package consuming func free() throws { try memory.free() }
}

/// The digests by which a run's images are told from others: a part of a checkpoint's state.
package struct DataFingerprint: Codable, Equatable {
  /// The SHA-256 of the training images, in hexadecimal: of their number, rows and columns, each as 64
  /// bits, little-endian, then of all pixels. Labels are left out, since training does not use them.
  package var train: String

  /// The SHA-256 of the test images, in hexadecimal; nil where there are none.
  package var test: String?

  /// The digest of one split.
  package subscript(split: Dataset.Split) -> String? { split == .train ? train : test }

  /// The digests of data with the split train and, where it exists, test.
  package init(_ data: borrowing NodeData) {
    (train, test) = (data.digests[0], data.digests.dropFirst().first)
  }

  /// The beginning of a digest, for sentences.
  package static func short(_ digest: String) -> String { "\(digest.prefix(12))…" }
}
