internal import Checkpoints
internal import Images
internal import Platform
internal import Ranks

/// The images that a model was trained on and judged by, as far as the files beside it tell.
struct ModelImages: Codable {
  /// The folder that its run had them in; nil where nothing tells.
  var directory: String?

  /// Why that cannot be told, though there is a file to tell it.
  var problem: String?

  /// What tells them from others; nil where nothing does, as in checkpoints of earlier versions.
  var fingerprint: DataFingerprint?

  /// Those of the model in the file at `path`, mostly in a checkpoint's directory, which may be that
  /// of a run.
  init(beside path: String) {
    let checkpoint = FileSystem.parent(of: FileSystem.resolved(path))
    // A model is of use whatever is beside it.
    let text = try? FileSystem.read("\(checkpoint)/\(Checkpoint.stateName)")
    guard let state = text.flatMap({ try? CheckpointState(decoding: $0) }) else { return }
    fingerprint = state.data
    do {
      directory = try RunConfiguration.read(beside: checkpoint)?.data
    } catch {
      problem = Failure(error).description
    }
  }

  /// Whether nothing but chance has led to images of `split` with this digest, which are not those of
  /// the run.
  func areForeign(_ digest: String, _ split: Dataset.Split) -> Bool {
    directory == nil && fingerprint?[split].map { $0 != digest } ?? false
  }

  /// What is to be said where the images of `split` that are used, with this digest and in the folder
  /// `used`, are not those of the run; nil where they are. `isAsked` is whether somebody named the
  /// folder.
  func sentence(
    of digest: String, _ split: Dataset.Split, in used: String, isAsked: Bool
  ) -> String? {
    let own = directory.flatMap {
      FileSystem.resolved($0) == FileSystem.resolved(used) ? nil : $0
    }
    let purpose = split == .train ? "trained on" : "tested on"
    let others = fingerprint?[split].flatMap { expected in
      expected == digest
        ? nil
        : "not those that the run was \(purpose) (SHA-256 \(DataFingerprint.short(digest)), not "
          + "\(DataFingerprint.short(expected))), so results do not compare with the run's"
    }
    let advice = isAsked ? "leave --data out for the run's own" : "name the run's own with --data"
    if !isAsked, directory == nil, fingerprint == nil {
      return "nothing tells which images this model was trained on; using those in \(used), where "
        + "--data names no others"
    }
    switch (isAsked ? own : nil, others) {
    case (let own?, let others?):
      return
        "using the images in \(used) instead of the run's, in \(own): they are \(others); \(advice)"
    case (let own?, nil): return "using the images in \(used) instead of the run's, in \(own)"
    case (nil, let others?): return "the images in \(used) are \(others); \(advice)"
    case (nil, nil): return nil
    }
  }
}
