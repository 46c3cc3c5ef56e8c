internal import Checkpoints
internal import Images
internal import Platform
internal import Ranks

/// What a user says of the images that a command shall use.
package struct AskedImages: Codable, Sendable {
  /// Where they are; nil for where the model's run had its images.
  package var path: String?
  /// Whether rows and columns of each image change places; nil for what they did in the model's run.
  package var isTransposed: Bool?

  /// The images at `path`.
  package init(path: String? = nil, isTransposed: Bool? = nil) {
    (self.path, self.isTransposed) = (path, isTransposed)
  }
}

/// The images that a model was trained and tested on, as far as the files beside the model tell.
struct ModelImages: Codable {
  /// The folder in which the model's run had the images; nil where no file tells.
  var directory: String?

  /// Whether rows and columns of each image changed places when the run read them.
  var isTransposed = false

  /// Why the run's configuration, which names the folder, cannot be read; nil where it can be read, or
  /// there is no configuration.
  var problem: Sentence?

  /// The digests of the images; nil where no file tells, as beside models of earlier versions.
  var fingerprint: DataFingerprint?

  /// Reads the files beside the model at `path`: a checkpoint's state, and the configuration of the run
  /// that the checkpoint is in.
  init(beside path: String) {
    let checkpoint = FileSystem.parent(of: FileSystem.resolved(path))
    // A model can be used without the files beside it.
    let text = try? FileSystem.read("\(checkpoint)/\(Checkpoint.stateName)")
    guard let state = text.flatMap({ try? CheckpointState(decoding: $0) }) else { return }
    fingerprint = state.data
    do {
      let configuration = try RunConfiguration.read(beside: checkpoint)
      directory = configuration?.data
      isTransposed = configuration?.transpose ?? false
    } catch {
      problem = Sentence(of: error)
    }
  }

  /// Whether any file tells of the images.
  var areTold: Bool { directory != nil || problem != nil || fingerprint != nil }

  /// Whether images of `split` with this digest, found in the default folder, are not the run's: no file
  /// names the run's folder, and the digests differ.
  func areForeign(_ digest: String, _ split: Dataset.Split) -> Bool {
    directory == nil && fingerprint?[split].map { $0 != digest } ?? false
  }

  /// A sentence for the user, if the images that are used are not the images of the model's run, or
  /// may be others.
  ///
  /// - Parameters:
  ///   - digest: the digest of the images that are used.
  ///   - split: whether the images are used as the run's training or test images.
  ///   - used: the folder of the images.
  ///   - isAsked: whether the user has named that folder.
  ///   - countsLabels: whether the digests are of images and labels.
  /// - Returns: a sentence; nil where the images are the run's, or the user has named the folder and no
  ///   file tells which images are the run's.
  func sentence(
    of digest: String, _ split: Dataset.Split, in used: String, isAsked: Bool, countsLabels: Bool
  ) -> Sentence? {
    let images = countsLabels ? "images or labels" : "images"
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
    let advice: Sentence =
      isAsked
      ? "leave \(setting: .data) out for the run's own"
      : "name the run's own with \(setting: .data)"
    if !isAsked, directory == nil, fingerprint == nil {
      return "nothing tells which images this model was trained on; using those in \(used); "
        + "name others with \(setting: .data)"
    }
    switch (isAsked ? own : nil, others) {
    case (let own?, let others?):
      return
        "using the images in \(used) instead of the run's, in \(own): they are \(others); \(advice)"
    case (let own?, nil): return "using the images in \(used) instead of the run's, in \(own)"
    case (nil, let others?): return "the \(images) in \(used) are \(others); \(advice)"
    case (nil, nil): return nil
    }
  }
}
