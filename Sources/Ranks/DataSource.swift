internal import Images
internal import Kernels
internal import MPI
internal import Platform

/// Where a node's data come from: its leader's files, or rank zero, which sends its own.
struct DataSource {
  /// The shapes of the splits that exist, the same on all ranks.
  let shapes: [Dataset.Shape]

  /// The files of a leader that has found all of them; nil on other leaders, which rank zero sends the
  /// data, and on ranks that are no leaders.
  private let files: [DatasetFiles]?

  private let isLeader: Bool

  /// The bytes of one message: a library's buffers for a message then do not grow with the data.
  private static let piece = 4 << 20

  /// Looks for the files on all leaders; collective over `world`. Rank zero's files determine which of
  /// `splits` exist and whether these have labels; the first must exist.
  ///
  /// - Throws: on all ranks, where rank zero does not find the first split, or a leader finds damaged
  ///   files or files of other shapes.
  init(
    _ directory: String, _ splits: [Dataset.Split], isLeader: Bool,
    among world: borrowing Communicator
  ) throws {
    let isRoot = world.rank == 0
    let files = try world.togetherOnNodes {
      isLeader ? try Self.open(directory, splits, mayBeMissing: !isRoot) : nil
    }
    let shapes = try world.broadcast(isRoot ? files?.map(\.shape) : nil)
    let mine = files.flatMap { Self.isComplete($0.map(\.shape), beside: shapes) ? $0 : nil }
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

  /// Whether a leader has the same splits as rank zero, with labels where those of rank zero have them:
  /// a leader that has not is sent rank zero's data.
  private static func isComplete(_ own: [Dataset.Shape], beside root: [Dataset.Shape]) -> Bool {
    own.map(\.hasLabels) == root.map(\.hasLabels)
  }

  /// Opens the files of all splits that exist; nil where the first does not, and `mayBeMissing`.
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

  /// Brings the data into `memory`, which the ranks of a node share; collective over `world`. Ranks that
  /// are no leaders may read it after a barrier with their leader.
  func read(into memory: Bytes, among world: borrowing Communicator) throws {
    try world.togetherOnNodes {
      guard let files else { return }
      var offset = 0
      for (files, shape) in zip(files, shapes) {
        _ = try files.read(into: memory[offset..<offset + shape.byteCount])
        offset += shape.byteCount
      }
    }
    try Self.send(memory, isLacking: isLeader && files == nil, among: world)
  }

  /// Sends rank zero's data to the leaders that have no files, and to no others: the data that these have
  /// read are compared with rank zero's later. `isLacking` is whether this rank is such a leader.
  static func send(
    _ memory: Bytes, isLacking: Bool, among world: borrowing Communicator
  ) throws {
    guard try world.allReduce(Int64(isLacking ? 1 : 0), .max) > 0 else { return }
    guard
      let group = try world.split(color: isLacking || world.rank == 0 ? 0 : nil, key: world.rank)
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
