package import Platform
internal import Images
internal import VAE

extension Recipe {
  /// What is impossible about the values, in one sentence; nil where nothing is.
  package var problem: Sentence? {
    valueProblem ?? Self.table.misuse(in: self) ?? scheduleProblem ?? drawsProblem
  }

  /// What the objective lacks, in one sentence; nil where it has all it needs.
  private var drawsProblem: Sentence? {
    guard objective != .elbo else { return nil }
    guard pixels.isBinary else {
      return
        "\(setting: .objective, objective.rawValue), as is \(setting: .importanceSamples) above 1 unless told "
        + "otherwise, weights latents by the likelihood of an image, which grey pixels do not have: give "
        + "\(setting: .pixels, "dynamic") or \(setting: .pixels, "static"), or \(setting: .objective, "elbo")"
    }
    guard importanceSamples < 2 else { return nil }
    return
      "\(setting: .objective, objective.rawValue) weights several latents of an image: give "
      + "\(setting: .importanceSamples) of 2 or more"
  }

  /// What is impossible about holding images out of `count`, in one sentence; nil where nothing is.
  package func validationProblem(imageCount count: Int) -> Sentence? {
    validation < count
      ? nil
      : "\(setting: .validation, validation) leaves none of the \(count) training images to train on: give "
        + "fewer"
  }

  /// What a schedule lacks, in one sentence; nil where it has all it needs.
  private var scheduleProblem: Sentence? {
    switch schedule {
    case .cosine where scheduleEpochs == nil:
      "\(setting: .schedule, "cosine") needs \(setting: .scheduleEpochs), the number of its epochs"
    case .step where milestones == Milestones():
      "\(setting: .schedule, "step") needs \(setting: .milestones), the epochs after which the learning "
        + "rate is multiplied, as in 5,8"
    case .plateau where validation == 0:
      "\(setting: .schedule, "plateau") looks at the loss of images held out for validation: give "
        + "\(setting: .validation, "10000"), or another number of them"
    default: nil
    }
  }

  /// What is impossible about the values whatever the run has beside them, in one sentence; nil where nothing
  /// is. Flags are looked at in this way before it is known which run they are for.
  package var valueProblem: Sentence? {
    if let (name, text) = Self.table.problem(in: self) { return "\(setting: name) \(text)" }
    if hidden.all.last! * latent > 1 << 26 {
      return "\(setting: .hidden) times \(setting: .latent) must be at most \(1 << 26)"
    }
    return nil
  }
}
