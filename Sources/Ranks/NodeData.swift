internal import Kernels
public import Images
public import MPI
internal import Platform

/// The images that a job works on: one copy on every node, which all ranks of the node read.
///
/// The lowest rank of a node, its leader, reads the files. Where it finds none, rank zero sends the
/// images that it has read: only rank zero's machine needs the files.
///
///     let data = try NodeData("data/mnist", [.train, .test], among: world)
///     let train = data.splits[0]
public struct NodeData: ~Copyable {
  /// Views of the splits that were asked for, in that order, without those after the first that do not
  /// exist; valid until ``free()``.
  public let splits: [Dataset]

  /// The SHA-256 of each split's images, in hexadecimal; see ``DataFingerprint``.
  public let digests: [String]

  private let memory: SharedMemory<UInt8>

  /// Reads `splits` of the data in `directory` for all nodes, and makes sure that all nodes have the
  /// same data; collective over `world`. The first split must exist. Every rank's `check` is given the
  /// shapes of the splits before any image is read.
  ///
  /// - Throws: on all ranks, what `check` throws, or a failure that tells which file on which host is
  ///   missing or damaged, which rank's data differ from rank zero's, or which host lacks memory.
  package init(
    _ directory: String, _ splits: [Dataset.Split], among world: borrowing Communicator,
    check: ([Dataset.Shape]) throws -> Void
  ) throws {
    let node = try world.splitShared(key: world.rank)
    let source = try DataSource(directory, splits, isLeader: node.rank == 0, among: world)
    try world.together { try check(source.shapes) }
    var memory = try Self.allocate(source.shapes, on: node, among: world)
    try source.read(into: memory.bytes, among: world)
    try memory.barrier(on: node)  // From here on all ranks read, and none writes.
    let views = Self.views(source.shapes, in: memory.bytes)
    let digests = try Self.digests(of: views, on: node, among: world)
    try node.free()
    (self.splits, self.digests) = (views, digests)
    self.memory = memory
  }

  /// Reads `splits` of the data in `directory`, as files such as `train-images-idx3-ubyte`, for all nodes;
  /// collective over `world`. The first split must exist; the others may be missing.
  ///
  /// - Throws: on all ranks, `SharedFailure`, which tells which file on which host is missing or damaged,
  ///   which rank's data differ from rank zero's, or which host lacks memory.
  public init(
    _ directory: String, _ splits: [Dataset.Split], among world: borrowing Communicator
  ) throws {
    try self.init(directory, splits, among: world) { _ in }
  }

  /// Gives all nodes images that rank zero makes, ``splits`` being one set of `shape`; collective over
  /// `world`.
  ///
  ///     let shape = Dataset.Shape(count: 60_000, rows: 28, columns: 28, hasLabels: false)
  ///     let data = try NodeData(shape, among: world) { pixels in
  ///       for index in pixels.indices { pixels[index] = image[index] }
  ///     }
  ///
  /// `fill` is called on rank zero alone, with zeros: (count, rows, columns) pixels from 0, black, to
  /// 255, and then, where the shape has them, a label for each image.
  ///
  /// - Throws: on all ranks, `SharedFailure`: where `fill` throws, or a host lacks memory.
  public init(
    _ shape: Dataset.Shape, among world: borrowing Communicator,
    fill: (inout MutableSpan<UInt8>) throws -> Void
  ) throws {
    let node = try world.splitShared(key: world.rank)
    var memory = try Self.allocate([shape], on: node, among: world)
    try world.together { if world.rank == 0 { try memory.bytes.withMutableSpan(fill) } }
    try DataSource.send(
      memory.bytes, isLacking: node.rank == 0 && world.rank > 0, among: world)
    try memory.barrier(on: node)  // From here on all ranks read, and none writes.
    let views = Self.views([shape], in: memory.bytes)
    let digests = try Self.digests(of: views, on: node, among: world)
    try node.free()
    (splits, self.digests) = (views, digests)
    self.memory = memory
  }

  /// Allocates the memory of splits of `shapes` on every `node`; collective over `world`.
  private static func allocate(
    _ shapes: [Dataset.Shape], on node: borrowing Communicator, among world: borrowing Communicator
  ) throws -> SharedMemory<UInt8> {
    let size = shapes.reduce(0) { $0 + $1.byteCount }
    try MachineMemory.require(
      node.rank == 0 ? size : 0, sharing: node.rank == 0 ? 0 : size, for: "keeping the data",
      advice: "use a larger machine", among: world)
    return try SharedMemory<UInt8>(count: size, on: node, among: world)
  }

  /// The splits of `shapes`, which lie in `memory` one after the other.
  private static func views(_ shapes: [Dataset.Shape], in memory: Bytes) -> [Dataset] {
    var offset = 0
    return shapes.map { shape in
      defer { offset += shape.byteCount }
      return Dataset(shape, in: memory[offset..<offset + shape.byteCount])
    }
  }

  /// The digests of `splits`, after making sure that all nodes have the same; collective over `world`.
  private static func digests(
    of splits: [Dataset], on node: borrowing Communicator, among world: borrowing Communicator
  ) throws -> [String] {
    let fingerprints = try Fingerprint.data(splits, on: node)
    try Fingerprint.requireEqual(fingerprints, among: world)
    return fingerprints.prefix(splits.count).map { SHA256.hexadecimal($0.digest) }
  }

  /// Frees the memory once all ranks of the node have called this; collective.
  public consuming func free() throws { try memory.free() }
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
