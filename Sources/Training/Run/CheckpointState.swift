/// What a checkpoint says beside its tensors, kept as `state.json`.
struct CheckpointState: Codable, Equatable {
  /// The version of this format.
  var format = 1

  /// Where the run stands.
  var progress: Progress

  /// What determines the model.
  var recipe: Recipe

  /// Pixels of an image.
  var pixels: Int

  /// How the job that wrote it computed; nil in those of earlier versions.
  var arithmetic: Arithmetic?
}
