internal import Images
internal import Kernels
internal import MPI
internal import Platform

/// Brings the images into a node's memory: from the files of the node's leader or, where the leader has not
/// the splits and labels that rank zero has, by messages from rank zero.
struct DataSource {
  /// The shapes of the splits that exist, the same on all ranks.
  let shapes: [Dataset.Shape]

  /// See ``NodeData/notices``.
  let notices: [Sentence]

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
    _ directory: String, _ splits: [Dataset.Split], transposed: Bool?, isLeader: Bool,
    among world: borrowing Communicator
  ) throws {
    let isRoot = world.rank == 0
    let files = try world.togetherOnNodes {
      isLeader
        ? try Self.open(directory, splits, transposed: transposed, mayBeMissing: !isRoot) : nil
    }
    let shapes = try world.broadcast(isRoot ? files?.map(\.shape) : nil)
    // What is said of the files of both splits is said once.
    let sentences = try world.broadcast(isRoot ? files?.flatMap(\.notices) : nil)
    notices = sentences.enumerated().filter { !sentences[..<$0].contains($1) }.map(\.element)
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
    _ directory: String, _ splits: [Dataset.Split], transposed: Bool?, mayBeMissing: Bool
  ) throws -> [DatasetFiles]? {
    var files: [DatasetFiles] = []
    for split in splits {
      do {
        files.append(
          try DatasetFiles(directory: directory, split: split, transposed: transposed))
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
