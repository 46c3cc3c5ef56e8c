public import Engine
internal import Kernels
public import MPI
internal import Platform
public import Ranks

extension Trainer {
  /// Writes all that training needs to go on from here as a checkpoint in the folder `path`, and lets the
  /// link `latest` lead to it; collective over `world`, the ranks that train.
  ///
  /// The folder is made where it is missing. `lockstep evaluate`, `sample` and `inspect` take the
  /// checkpoint, and PyTorch reads its `model.safetensors`.
  ///
  /// The folder is on rank zero's machine; `data` are the images that are trained on.
  ///
  /// - Returns: the SHA-256 of `model.safetensors`, in hexadecimal; the same on all ranks.
  /// - Throws: on all ranks, `SharedFailure`: where the teams' replicas differ, a parameter is not finite
  ///   or the system refuses to write.
  @discardableResult
  public mutating func save(
    in path: String, of data: borrowing NodeData, among world: borrowing Communicator
  ) throws -> String {
    try completeReplica()
    try compareReplicas(among: world)
    let (rows, columns) = imageShape
    let state = CheckpointState(
      at: progress, recipe: recipe, imageSize: ImageSize(rows: rows, columns: columns),
      data: DataFingerprint(data), arithmetic: Arithmetic(recipe.precision, instructions))
    return try world.valueOfRankZero {
      try FileSystem.makeDirectory(path)
      let memory = Buffer<Float>(
        repeating: 0, count: TensorFile.rowsCount(replica.layout))
      let (name, digest) = try Checkpoint.write(
        replica, state, in: path, rows: memory.vector, synchronize: {})
      try FileSystem.link("\(path)/\(RunDirectory.latestName)", to: name)
      try OutputFile.synchronizeDirectory(of: "\(path)/\(RunDirectory.latestName)")
      return digest
    }
  }

  /// Takes over the parameters and moments of the checkpoint in the folder `path`, whose state
  /// ``CheckpointState/init(of:among:)`` reads; collective over `world`, the ranks that train.
  ///
  /// - Throws: on all ranks, `SharedFailure` where the checkpoint cannot be read, or is of a model of
  ///   other sizes.
  public mutating func load(
    checkpoint path: String, among world: borrowing Communicator
  ) throws {
    try load(among: world) { try Checkpoint.read(path, into: $0) }
  }
}

extension CheckpointState {
  /// The state of the checkpoint in the folder `path`, which rank zero reads and checks against its
  /// checksums; collective over `world`.
  ///
  ///     let state = try CheckpointState(of: "vae/latest", among: world)
  ///     var trainer = try Trainer(state.recipe, on: images, from: state.progress, among: world)
  ///     try trainer.load(checkpoint: "vae/latest", among: world)
  ///
  /// - Throws: on all ranks, `SharedFailure` where the checkpoint is not whole.
  public init(of path: String, among world: borrowing Communicator) throws {
    self = try world.valueOfRankZero { try CheckpointReference(path).state() }
  }
}
