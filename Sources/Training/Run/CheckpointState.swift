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
}
