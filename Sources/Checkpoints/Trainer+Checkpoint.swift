public import Engine
internal import Images
internal import Kernels
internal import Logging
public import MPI
internal import Platform
public import Ranks

extension Trainer {
  /// Writes all that training needs to go on from here as a checkpoint in the folder `path`, and lets the
  /// link `latest` lead to it; collective over `world`, the ranks that train.
  ///
  /// The call returns when the checkpoint is on the disk. The folder is made where it is missing. `lockstep
  /// evaluate`, `sample` and `inspect` take the checkpoint, and PyTorch reads its `model.safetensors`.
  ///
  /// The folder is on rank zero's machine; `data` are the images that are trained on.
  ///
  /// - Returns: the SHA-256 of `model.safetensors`, in hexadecimal; the same on all ranks.
  /// - Throws: on all ranks, `SharedFailure`: where `data` are other images, the teams' replicas differ, a
  ///   parameter is not finite, another job uses the folder, or the system refuses to write.
  @discardableResult
  public mutating func save(
    in path: String, of data: borrowing NodeData, among world: borrowing Communicator
  ) throws -> String {
    let (rows, columns) = imageShape
    let train = data.splits[0].shape
    guard (train.count, train.rows, train.columns) == (allImageCount, rows, columns) else {
      throw SharedFailure(
        Failure(.usage, "the images given to save are not those that are trained on"))
    }
    try completeReplica()
    try compareReplicas(among: world)
    let state = CheckpointState(
      at: resumableProgress, recipe: recipe, imageSize: ImageSize(rows: rows, columns: columns),
      data: DataFingerprint(data, for: recipe),
      arithmetic: Arithmetic(recipe.precision, instructions))
    return try world.valueOfRankZero {
      let directory = try RunDirectory(locking: path)
      let memory = Buffer<Float>(
        repeating: 0, count: TensorFile.rowsCount(replica.layout))
      let (name, digest) = try Checkpoint.write(
        replica, state, in: path, rows: memory.vector, synchronize: {})
      try directory.setLatest(name)
      return digest
    }
  }

  /// A trainer that goes on from the checkpoint at `path` on rank zero's machine, with the checkpoint's
  /// recipe, on ranks of `world` that share the work in `shape`; collective.
  ///
  ///     var trainer = try Trainer.resuming("vae/latest", on: data, among: world)
  ///
  /// The first split of `data` must be the images that the checkpoint's model was trained on.
  ///
  /// - Throws: on all ranks, `SharedFailure`: where the checkpoint's files are not those of its
  ///   `SHA256SUMS`, the images are others, or ``Trainer/init(_:on:from:shape:among:)`` throws.
  public static func resuming(
    _ path: String, on data: borrowing NodeData, shape: JobShape = JobShape(),
    among world: borrowing Communicator
  ) throws -> Trainer {
    var directory = path
    let state = try world.valueOfRankZero {
      let reference = try CheckpointReference(path)
      reference.warnOfPassedOver()
      let state = try reference.state()
      try state.requireFit(data.splits[0], in: "the data")
      directory = reference.directory ?? path
      let found = DataFingerprint(data, for: state.recipe)
      if let trained = state.data, trained.train != found.train {
        throw Failure(
          .disagreement,
          "\(path): its model was trained on other images (SHA-256 "
            + "\(DataFingerprint.short(trained.train)), not \(DataFingerprint.short(found.train)))")
      }
      return state
    }
    var trainer = try Trainer(
      state.recipe, on: data.splits[0], from: state.progress, shape: shape, among: world)
    try trainer.load(among: world) { try Checkpoint.read(directory, into: $0) }
    let arithmetic = Arithmetic(state.recipe.precision, trainer.instructions)
    if world.rank == 0, let warning = arithmetic.warning(since: state.arithmetic) {
      Logger.lockstep.warning("\(warning)")
    }
    return trainer
  }
}
