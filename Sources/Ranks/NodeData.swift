public import Images
internal import Kernels
public import MPI
package import Platform

/// The images that a job works on: one copy on every node, which all ranks of the node read.
///
/// The lowest rank of a node, the node's leader, reads the files. A leader that finds none gets the images
/// from rank zero by messages: only rank zero's machine needs the files.
///
///     let data = try NodeData("data/mnist", [.train, .test], among: world)
///     let train = data.splits[0]
public struct NodeData: ~Copyable {
  /// Views of the splits that were asked for, in that order, up to the first that does not exist; valid until
  /// ``free()``.
  public let splits: [Dataset]

  /// The SHA-256 of each split's images, in hexadecimal: of their count, rows and columns, each as 64 bits,
  /// little-endian, then of all pixels. Labels are left out, since only conditional models are told them: see
  /// ``digests(withLabels:)``.
  public let digests: [String]

  /// What a user should know of the images, one sentence each: that some are not used, or that the test
  /// images are a part of the only set that there is. The same on all ranks.
  package let notices: [Sentence]

  private let memory: SharedMemory<UInt8>

  /// Reads `splits` of the data at `directory` for all nodes, and makes sure that all nodes have the same
  /// data; collective over `world`. The first split must exist. `transposed` is whether rows and columns of
  /// each image are to change places, or nil where nobody has said it: then they do not, and ``notices`` tell
  /// where they should. `check` is called on every rank, with the shapes of the splits, before any image is
  /// read.
  ///
  /// - Throws: on all ranks, what `check` throws, or a failure that tells which file on which host is
  ///   missing or damaged, which rank's data differ from rank zero's, or which host lacks memory.
  package init(
    _ directory: String, _ splits: [Dataset.Split], transposed: Bool?,
    among world: borrowing Communicator, check: ([Dataset.Shape]) throws -> Void
  ) throws {
    let node = try world.splitShared(key: world.rank)
    let source = try DataSource(
      directory, splits, transposed: transposed, isLeader: node.rank == 0, among: world)
    try world.together { try check(source.shapes) }
    var memory = try Self.allocate(source.shapes, on: node, among: world)
    try source.read(into: memory.bytes, among: world)
    try memory.barrier(on: node)  // From here on all ranks read, and none writes.
    let views = Self.views(source.shapes, of: splits, in: memory.bytes)
    let digests = try Self.digests(of: views, on: node, among: world)
    try node.free()
    (self.splits, self.digests) = (views, digests)
    notices = source.notices
    self.memory = memory
  }

  /// Reads `splits` of the data at `directory`, a folder of files such as `train-images-idx3-ubyte` or
  /// `x_train.npy`, an NPZ archive or a folder of PNG files, for all nodes; collective over `world`. The
  /// first split must exist; the others may be missing. `transposed` is whether rows and columns of each
  /// image are to change places, as for EMNIST.
  ///
  /// - Throws: on all ranks, `SharedFailure`, which tells which file on which host is missing or damaged,
  ///   which rank's data differ from rank zero's, or which host lacks memory.
  public init(
    _ directory: String, _ splits: [Dataset.Split], transposed: Bool = false,
    among world: borrowing Communicator
  ) throws {
    try self.init(directory, splits, transposed: transposed, among: world) { _ in }
  }

  /// Gives all nodes images that rank zero makes: ``splits`` is then one set of `shape`. Collective over
  /// `world`.
  ///
  ///     let shape = Dataset.Shape(count: 60_000, rows: 28, columns: 28, hasLabels: false)
  ///     let data = try NodeData(shape, among: world) { pixels in
  ///       for index in pixels.indices { pixels[index] = image[index] }
  ///     }
  ///
  /// `fill` is called on rank zero alone, with bytes that are zero: (count, rows, columns) pixels from 0,
  /// black, to 255, white, and then, where the shape has labels, one for each image.
  ///
  /// - Throws: on all ranks, `SharedFailure`: where `fill` throws, or a host lacks memory.
  public init(
    _ shape: Dataset.Shape, among world: borrowing Communicator,
    fill: (inout MutableSpan<UInt8>) throws -> Void
  ) throws {
    try world.together {
      guard shape.count > 0, shape.pixelCount > 0 else {
        throw Failure(.usage, "a set of images needs an image, and an image a pixel")
      }
    }
    try Fingerprint.requireEqual(
      [Fingerprint("images' shape", of: shape)], among: world, advice: "give all ranks the same")
    let node = try world.splitShared(key: world.rank)
    var memory = try Self.allocate([shape], on: node, among: world)
    try world.together { if world.rank == 0 { try memory.bytes.withMutableSpan(fill) } }
    try DataSource.send(
      memory.bytes, needsData: node.rank == 0 && world.rank > 0, among: world)
    try memory.barrier(on: node)  // From here on all ranks read, and none writes.
    let views = Self.views([shape], of: [.train], in: memory.bytes)
    let digests = try Self.digests(of: views, on: node, among: world)
    try node.free()
    (splits, self.digests) = (views, digests)
    notices = []
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

  /// The first of `splits`, as many as there are `shapes`, which lie in `memory` one after the other.
  private static func views(
    _ shapes: [Dataset.Shape], of splits: [Dataset.Split], in memory: Bytes
  ) -> [Dataset] {
    var offset = 0
    return zip(shapes, splits).map { shape, split in
      defer { offset += shape.byteCount }
      return Dataset(shape, in: memory[offset..<offset + shape.byteCount], split: split)
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

  /// ``digests`` or, `withLabels`, the SHA-256 of each split's digest, as text, and of all its labels: so
  /// models tell their data that are told labels.
  package func digests(withLabels: Bool) -> [String] {
    guard withLabels else { return digests }
    return zip(digests, splits).map { digest, split in
      var hash = SHA256()
      Array(digest.utf8).withUnsafeBytes { hash.update($0) }
      split.labels.withSpan { span in span.withUnsafeBytes { hash.update($0) } }
      return SHA256.hexadecimal(hash.finalize())
    }
  }

  /// Frees the memory, and with it ``splits``, once all ranks of the node have called this; collective.
  public consuming func free() throws { try memory.free() }
}
