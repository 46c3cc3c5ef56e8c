public import Images
internal import Kernels
public import MPI
internal import Platform

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
  /// little-endian, then of all pixels. Labels are left out, since training does not use them.
  public let digests: [String]

  private let memory: SharedMemory<UInt8>

  /// Reads `splits` of the data in `directory` for all nodes, and makes sure that all nodes have the same
  /// data; collective over `world`. The first split must exist. `check` is called on every rank, with the
  /// shapes of the splits, before any image is read.
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
    let views = Self.views(source.shapes, of: splits, in: memory.bytes)
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

  /// Frees the memory, and with it ``splits``, once all ranks of the node have called this; collective.
  public consuming func free() throws { try memory.free() }
}

/// Brings the images into a node's memory: from the files of the node's leader or, where the leader has not
/// the splits and labels that rank zero has, by messages from rank zero.
struct DataSource {
  /// The shapes of the splits that exist, the same on all ranks.
  let shapes: [Dataset.Shape]

  /// The files of a leader that has the same splits as rank zero, with labels for the same splits. Nil on
  /// other leaders, to which rank zero sends its data, and on ranks that are no leaders.
  private let files: [DatasetFiles]?

  private let isLeader: Bool

  /// The bytes of one message, or fewer in the last: so the MPI library's buffers for a message do not grow
  /// with the data.
  private static let piece = 4 << 20

  /// Looks for the files on all leaders; collective over `world`. Rank zero's files determine which of
  /// `splits` exist and whether these splits have labels; the first split must exist.
  ///
  /// - Throws: on all ranks, where rank zero does not find the first split, or a leader finds damaged files,
  ///   or files of other shapes than rank zero's.
  init(
    _ directory: String, _ splits: [Dataset.Split], isLeader: Bool,
    among world: borrowing Communicator
  ) throws {
    let isRoot = world.rank == 0
    let files = try world.togetherOnNodes {
      isLeader ? try Self.open(directory, splits, mayBeMissing: !isRoot) : nil
    }
    let shapes = try world.broadcast(isRoot ? files?.map(\.shape) : nil)
    let mine = files.flatMap { Self.isLike($0.map(\.shape), beside: shapes) ? $0 : nil }
    try world.together {
      guard let mine, mine.map(\.shape) != shapes else { return }
      throw Failure(
        .disagreement,
        "\(directory): the data of rank \(world.rank) on \(HostName.own) are not as many or as "
          + "large images as those of rank 0: put the same data on all hosts, or on the first alone"
      )
    }
    (self.shapes, self.files, self.isLeader) = (shapes, mine, isLeader)
  }

  /// Whether a leader has the same splits as rank zero, and labels for the same splits; if not, rank zero's
  /// data are sent to the leader.
  private static func isLike(_ own: [Dataset.Shape], beside root: [Dataset.Shape]) -> Bool {
    own.map(\.hasLabels) == root.map(\.hasLabels)
  }

  /// Opens the files of `splits`, up to the first split that does not exist; nil where that is the first of
  /// all, and `mayBeMissing`.
  private static func open(
    _ directory: String, _ splits: [Dataset.Split], mayBeMissing: Bool
  ) throws -> [DatasetFiles]? {
    var files: [DatasetFiles] = []
    for split in splits {
      do {
        files.append(try DatasetFiles(directory: directory, split: split))
      } catch let error as DataError where error.kind == .missing {
        guard files.isEmpty else { break }
        guard mayBeMissing else { throw error }
        return nil
      }
    }
    return files
  }

  /// Brings the data into `memory`, which the ranks of a node share; collective over `world`. Ranks that are
  /// no leaders may read the data after a barrier with their leader.
  func read(into memory: Bytes, among world: borrowing Communicator) throws {
    try world.togetherOnNodes {
      guard let files else { return }
      var offset = 0
      for (files, shape) in zip(files, shapes) {
        _ = try files.read(into: memory[offset..<offset + shape.byteCount])
        offset += shape.byteCount
      }
    }
    try Self.send(memory, needsData: isLeader && files == nil, among: world)
  }

  /// Sends rank zero's data to the leaders that need them; what other leaders have read is compared with rank
  /// zero's data later. `needsData` is whether this rank is a leader that needs them. Collective over
  /// `world`.
  static func send(
    _ memory: Bytes, needsData: Bool, among world: borrowing Communicator
  ) throws {
    guard try world.allReduce(Int64(needsData ? 1 : 0), .max) > 0 else { return }
    guard
      let group = try world.split(color: needsData || world.rank == 0 ? 0 : nil, key: world.rank)
    else { return }
    for start in stride(from: 0, to: memory.count, by: piece) {
      let end = min(start + piece, memory.count)
      try memory[start..<end].withMutableSpan { span throws(MPIError) in
        try group.broadcast(&span, from: 0)
      }
    }
    try group.free()
  }
}
