internal import Images
internal import Kernels
internal import MPI
internal import Platform

/// Where a node's data come from: its leader's files, or rank zero.
struct DataSource {
  /// The shapes of the splits that are there, the same on all ranks.
  let shapes: [Dataset.Shape]

  /// The files of a leader that has found all of them; nil on other leaders and ranks.
  private let files: [DatasetFiles]?

  private let isLeader: Bool

  /// The bytes of a message: what libraries buffer of one does not grow with the data.
  private static let piece = 4 << 20

  /// Looks for the files on all leaders; collective over `world`. Which of `splits` there are, and
  /// whether they have labels, rank zero's files tell; the first must be there.
  ///
  /// - Throws: on all ranks, where rank zero does not find it, or any leader damaged files or such
  ///   of other shapes.
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

  /// Whether a leader's files are as many as rank zero's, and have labels where those do: one that
  /// has others is sent rank zero's.
  private static func isComplete(_ own: [Dataset.Shape], beside root: [Dataset.Shape]) -> Bool {
    own.map(\.hasLabels) == root.map(\.hasLabels)
  }

  /// Opens the files of all splits that are there; nil where the first is missing and may be.
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

  /// Brings the data into `memory`, which the ranks of a node share; collective over `world`.
  ///
  /// - Returns: views of the splits, on all ranks; other ranks of the node may look at them once
  ///   they have been synchronised with its leader.
  func read(into memory: Bytes, among world: borrowing Communicator) throws -> [Dataset] {
    var offset = 0
    let splits = shapes.map { shape in
      defer { offset += shape.byteCount }
      return (shape, memory[offset..<offset + shape.byteCount])
    }
    try world.togetherOnNodes {
      guard let files else { return }
      for (files, (_, memory)) in zip(files, splits) { _ = try files.read(into: memory) }
    }
    try send(memory, among: world)
    return splits.map { Dataset($0, in: $1) }
  }

  /// Sends rank zero's data to the leaders that have none.
  ///
  /// Only to those: what others have read stays, so that it can be compared with rank zero's.
  private func send(_ memory: Bytes, among world: borrowing Communicator) throws {
    let isLacking = isLeader && files == nil
    guard try world.allReduce(Int64(isLacking ? 1 : 0), .max) > 0 else { return }
    guard
      let group = try world.split(color: isLacking || world.rank == 0 ? 0 : nil, key: world.rank)
    else { return }
    for start in stride(from: 0, to: memory.count, by: Self.piece) {
      let end = min(start + Self.piece, memory.count)
      try memory[start..<end].withMutableSpan { span throws(MPIError) in
        try group.broadcast(&span, from: 0)
      }
    }
    try group.free()
  }
}
