internal import Checkpoints
internal import Engine
internal import Images
internal import Kernels
internal import Logging
internal import MPI
internal import Platform
internal import Ranks
internal import VAE

extension RunPlan {
  /// Reads the images to train and, where there are any, to test on, one copy on every node, and makes sure
  /// that a resumed run was trained on the same images, unless the request accepts others; collective.
  ///
  /// - Throws: on all ranks, what ``NodeData`` throws, or `SharedFailure` where the images do not fit the
  ///   plan or the run was trained on others.
  func readData(_ request: RunRequest, among world: borrowing Communicator) throws -> NodeData {
    let directory = configuration.data
    // A run that goes on has its images as they were.
    let transposed = configuration.transpose ?? (checkpoint == nil ? nil : false)
    let data = try NodeData(directory, [.train, .test], transposed: transposed, among: world) {
      try check($0)
    }
    let warnings = try dataWarnings(
      request, DataFingerprint(data, for: configuration.recipe))
    try world.together {
      let count = data.splits[0].count - configuration.recipe.validation
      try progress.requireRest(of: count, in: directory)
      try requireImagesForPatience(DataFingerprint(data))
      for images in data.splits {
        if let problem = configuration.recipe.problem(of: images) {
          throw Failure(.badData, "\(directory): \(problem)")
        }
      }
    }
    if world.rank == 0 {
      let logger = Logger.lockstep
      for warning in warnings { logger.tell(.warning, warning) }
      if let warning = configuration.recipe.validationWarning(of: data.splits[0]) {
        logger.tell(.warning, "\(directory): \(warning)")
      }
      for notice in data.notices { logger.tell(.notice, notice) }
      if Self.areBlack(data.splits[0]) {
        logger.warning(
          """
          \(directory): no pixel is above 1, where 255 is white, so all images are black: were they \
          0 to 1 when they were written? Save such numbers as floats, numpy.save("x_train.npy", images), \
          or times 255
          """)
      }
    }
    return data
  }

  /// Whether no pixel is above 1 of 255, as where numbers from 0 to 1 were written as bytes.
  private static func areBlack(_ images: Dataset) -> Bool {
    images.images.withSpan { pixels in
      for index in pixels.indices where pixels[index] > 1 { return false }
      return true
    }
  }

  /// Makes sure that this plan can train on images of `shapes[0]` and test on those of `shapes[1]`, if there
  /// is one.
  private func check(_ shapes: [Dataset.Shape]) throws {
    let (directory, train) = (configuration.data, shapes[0])
    if let test = shapes.dropFirst().first,
      (train.rows, train.columns) != (test.rows, test.columns)
    {
      throw Failure(
        .badData,
        "\(directory): training images are \(train.rows) × \(train.columns) pixels and test "
          + "images \(test.rows) × \(test.columns); use two parts of one data set")
    }
    if let problem = configuration.recipe.validationProblem(imageCount: train.count) {
      throw Failure(.usage, "\(directory): \(problem)")
    }
    if let pixels { try CheckpointState.require(pixels: pixels, in: train, of: directory) }
    try imageSize?.require(in: [train], of: directory)
    // Large images are cheap to keep in files, and so are refused before they are read.
    try MachineMemory.require(
      MemoryPlan.leastBytes(configuration.recipe, pixels: train.pixelCount),
      for: "\(directory): training this model on images of \(train.rows) × \(train.columns) pixels",
      advice: "make the images smaller, choose a smaller \(setting: .hidden), or a larger machine")
  }

  /// Warnings about images with the fingerprint `found`, one sentence each; the same on all ranks.
  ///
  /// - Throws: `SharedFailure` where the run was trained on other images and the request does not accept
  ///   that: `usage` where a flag named the images, else `badData`.
  func dataWarnings(_ request: RunRequest, _ found: DataFingerprint) throws -> [Sentence] {
    let directory = configuration.data
    var warnings: [Sentence] = []
    if found.test == nil {
      let best = decidingImages.areHeldOut ? "" : "no best checkpoint, "
      warnings.append(
        "\(directory) has no test images: there is no test_loss, \(best)and no picture of reconstructions"
      )
    }
    guard let data else {
      if let formerData, formerData != directory {
        warnings.append(
          "the run had its images in \(formerData), and nothing tells whether those in \(directory) are "
            + "the same: they are taken for the run's from here on")
      }
      return warnings
    }
    if found.train != data.train {
      guard request.acceptsOtherData else { throw otherData(request, found, instead: data) }
      warnings.append(
        "the run goes on with other \(whatCounts), of \(directory), than those that it was trained on"
      )
    }
    if let expected = data.test, let test = found.test, test != expected {
      warnings.append(
        "\(directory): these are not the test \(whatCounts) of the run, so its test losses from here on do "
          + "not compare with those before")
    }
    return warnings
  }

  /// What must be the same as before in a run that goes on, as its digest has it.
  private var whatCounts: String {
    configuration.recipe.model == .conditional ? "images or labels" : "images"
  }

  private func otherData(
    _ request: RunRequest, _ found: DataFingerprint, instead data: DataFingerprint
  ) -> SharedFailure {
    let former = formerData.map { $0 == configuration.data ? "" : ", in \($0)" } ?? ""
    let (code, advice): (ExitCode, Sentence) =
      switch (request.data, request.transpose) {
      case (_?, _?):
        (
          .usage,
          "leave \(setting: .data) out, and let \(setting: .transpose) be as it was, to go on with those"
        )
      case (_?, nil): (.usage, "leave \(setting: .data) out to go on with those")
      case (nil, _?): (.usage, "let \(setting: .transpose) be as it was to go on with those")
      case (nil, nil): (.badData, "name the folder that has those with \(setting: .data)")
      }
    let model = checkpoint.map { "\($0)/\(Checkpoint.modelName)" } ?? "its model"
    return SharedFailure(
      Failure(
        code,
        "the training \(whatCounts) in \(configuration.data) (SHA-256 \(DataFingerprint.short(found.train))) "
          + "are not those that the run was trained on (\(DataFingerprint.short(data.train))\(former)): "
          + "\(advice), add \(setting: .otherData) to go on with these, or begin a new run with the model: "
          + "\(setting: .run, "NEW") \(setting: .initialParameters, model) "
          + "\(setting: .data, configuration.data)"))
  }
}

extension RunPlan {
  /// Logs a warning where a job that computes with `arithmetic` cannot give the bits that the run would
  /// have had without the interruption.
  func warn(ofComputingWith arithmetic: Arithmetic) {
    guard checkpoint != nil, let warning = arithmetic.warning(since: self.arithmetic) else {
      return
    }
    Logger.lockstep.warning("\(warning)")
  }
}

extension CheckpointState {
  /// The state that `plan` begins with, on `data`, in a job that computes with `arithmetic`.
  init(_ plan: RunPlan, data: borrowing NodeData, arithmetic: Arithmetic) {
    let images = data.splits[0]
    var fingerprint = DataFingerprint(data, for: plan.configuration.recipe)
    // Where there are no test images now, the digest of the run's former test images stays.
    fingerprint.test = fingerprint.test ?? plan.data?.test
    self.init(
      at: plan.progress, recipe: plan.configuration.recipe,
      imageSize: ImageSize(rows: images.rows, columns: images.columns), data: fingerprint,
      arithmetic: arithmetic)
  }
}
