internal import Checkpoints
internal import Formats
internal import Images
package import Inference
internal import Kernels
internal import Logging
package import MPI
internal import Platform
internal import Ranks
internal import VAE

/// The page `compare.html`, which sets two runs side by side.
///
/// The same runs and data give the same bytes, on any number of ranks and threads.
package struct Comparison {
  /// The most latents that a model may have to be compared: vectors of 70,000 images are held in memory.
  static let mostLatents = 1024

  /// What the two paths mean: runs, checkpoints or files of parameters.
  private let paths: [String]
  private let threads: Int
  private let command: [String]
  private let isStopped: @Sendable () -> Bool

  /// A comparison of the models that two `paths` mean, on `threads` threads of each rank. `command` are the
  /// words of this rank's command line, which must be the same on all ranks; `isStopped` tells whether this
  /// rank is asked to stop.
  package init(
    of paths: [String], threads: Int, command: [String],
    isStopped: @escaping @Sendable () -> Bool = { false }
  ) {
    precondition(paths.count == 2, "two runs are compared, not \(paths.count)")
    (self.paths, self.threads, self.command) = (paths, threads, command)
    self.isStopped = isStopped
  }

  /// Measures both runs and writes the page to `output`; collective.
  ///
  /// - Parameters:
  ///   - data: the images to compare the runs on; the runs' own, which must be the same, where no place is
  ///     named.
  ///   - output: the file to write.
  ///   - communicator: the ranks.
  /// - Returns: the figures on rank zero; nil on the other ranks.
  /// - Throws: on all ranks, where a run or its data cannot be read, the runs are one, have images of
  ///   different sizes or, where `data` names no place, different images, a model's numbers are not finite,
  ///   the page cannot be written, or some rank is asked to stop.
  package func write(
    data: AskedImages, to output: String, among communicator: borrowing Communicator
  ) throws -> ComparisonFigures? {
    try communicator.together {
      if communicator.rank == 0 { try Self.requireFolder(of: output) }
    }
    let first = try TrainedModel(
      paths[0], threads: threads, command: command, among: communicator)
    let second = try TrainedModel(
      paths[1], threads: threads, command: command, among: communicator)
    try communicator.together {
      if communicator.rank == 0 { try requireTwo(first, second) }
    }
    try requireFit(first, second)
    try requireSamePixels(first.shown, second.shown)
    let found = try readData(data, first, second, among: communicator)
    guard found.splits[1].count > 1 else {
      throw SharedFailure(
        Failure(
          .badData, "there is one test image alone, and a comparison takes two; use more images"))
    }
    let images = ComparedImages(train: found.splits[0], test: found.splits[1])
    try requireMemory(for: images, first, second, among: communicator)
    let labels = try communicator.valueOfRankZero { try RunLabel.labels(of: paths) }
    let pixels = try PixelFigures(
      of: images, with: try session(of: first), among: communicator)
    let one = try measure(
      0, first, images, as: labels[0], pixels: pixels, among: communicator)
    let other = try measure(
      1, second, images, as: labels[1], pixels: pixels, among: communicator)
    let figures = try write(
      [one, other].compactMap(\.self), of: images, pixels, to: output, among: communicator)
    try found.free()
    return figures
  }

  /// Reads the images on which the models are compared; collective. Where none are asked for, they are the
  /// first model's, and must be the second's, too; a file of parameters without a run takes those of the
  /// other model.
  private func readData(
    _ asked: AskedImages, _ first: borrowing TrainedModel, _ second: borrowing TrainedModel,
    among communicator: borrowing Communicator
  ) throws -> NodeData {
    guard asked.path != nil || first.tellsImages || !second.tellsImages else {
      return try readData(asked, of: second, paths[1], with: first, paths[0], among: communicator)
    }
    return try readData(asked, of: first, paths[0], with: second, paths[1], among: communicator)
  }

  private func readData(
    _ asked: AskedImages, of model: borrowing TrainedModel, _ path: String,
    with other: borrowing TrainedModel, _ otherPath: String,
    among communicator: borrowing Communicator
  ) throws -> NodeData {
    let found = try model.readData(asked, .train, .test, among: communicator)
    try other.requireKnownLabels(in: found)
    guard asked.path == nil else { return found }
    if other.tellsImages {
      try requireSame(found.digests, as: other, among: communicator)
    } else if communicator.rank == 0 {
      Logger.lockstep.tell(
        .notice,
        "nothing tells which images \(otherPath) was trained on; using those of \(path); name others with "
          + "\(setting: .data)")
    }
    return found
  }

  private func session(of model: borrowing TrainedModel) throws -> InferenceSession {
    try InferenceSession(
      model.layout, model.parameters, shown: model.shown, threads: threads, isStopped: isStopped)
  }

  /// Measures the run with the index `number`; collective. A failure of the model's numbers names the run.
  private func measure(
    _ number: Int, _ model: borrowing TrainedModel, _ images: ComparedImages, as label: RunLabel,
    pixels: PixelFigures?, among communicator: borrowing Communicator
  ) throws -> MeasuredRun? {
    do {
      var measurement = try RunMeasurement(
        try session(of: model), on: images, imageHeight: model.rows, among: communicator)
      return try measurement.measure(label, pixels: pixels, among: communicator)
    } catch let error as SharedFailure where error.code == .disagreement {
      throw SharedFailure(Failure(error.code, "\(paths[number]): \(error.sentence)"))
    }
  }

  /// Writes the page on rank zero, which has what was measured of the two `runs`; collective.
  private func write(
    _ runs: [MeasuredRun], of images: ComparedImages, _ pixels: PixelFigures?, to output: String,
    among communicator: borrowing Communicator
  ) throws -> ComparisonFigures? {
    try communicator.together {
      guard communicator.rank == 0 else { return nil }
      let figures = ComparisonFigures(
        runs: runs.map(\.figures), images: images, accuracy: pixels?.accuracy,
        recognisable: pixels?.recognisable)
      let page = ComparisonContents(figures: figures, runs: runs).page
      try OutputFile.replace(output) { try $0.write(page.bytes) }
      return figures
    }
  }
}

/// What is compared with what: conditions, all of which are checked before anything is measured.
extension Comparison {
  /// Makes sure that there is a folder for the page, which is written at the end.
  private static func requireFolder(of output: String) throws {
    let folder = FileSystem.parent(of: output)
    guard FileSystem.isDirectory(folder) else {
      throw Failure(.inputOutput, "\(output): there is no folder \(folder) to write to; make it")
    }
  }

  /// Makes sure that the two paths do not mean one model's file; on rank zero alone.
  private func requireTwo(
    _ first: borrowing TrainedModel, _ second: borrowing TrainedModel
  ) throws {
    guard FileSystem.isOneFile(first.path, second.path) else { return }
    throw Failure(
      .usage, "\(paths[0]) and \(paths[1]) are one and the same model: name two")
  }

  /// Makes sure that the two models take images of the same size, and are not too large.
  private func requireFit(
    _ first: borrowing TrainedModel, _ second: borrowing TrainedModel
  ) throws {
    let latents = [first.layout.configuration.latent, second.layout.configuration.latent]
    for (path, latent) in zip(paths, latents) where latent > Self.mostLatents {
      throw SharedFailure(
        Failure(
          .badData,
          "\(path): models with more than \(Self.mostLatents) latents cannot be compared, and this one has "
            + "\(latent)"))
    }
    guard (first.rows, first.columns) == (second.rows, second.columns) else {
      throw SharedFailure(
        Failure(
          .badData,
          "\(paths[1]): its images are \(second.rows) × \(second.columns) pixels, those of \(paths[0]) "
            + "\(first.rows) × \(first.columns); name two runs with images of one size"))
    }
  }

  /// Makes sure that both models are shown the same pixels: other losses do not compare.
  private func requireSamePixels(_ first: PixelProtocol, _ second: PixelProtocol) throws {
    guard first == second else {
      throw SharedFailure(
        Failure(
          .badData,
          "losses of \(paths[0]) are of \(first.words), those of \(paths[1]) of \(second.words): name two "
            + "runs whose losses compare"))
    }
  }

  /// Makes sure that the images of the second run are those of the first, which have `digests`; collective.
  private func requireSame(
    _ digests: [String], as model: borrowing TrainedModel,
    among communicator: borrowing Communicator
  ) throws {
    let own = try model.readData(AskedImages(), .train, .test, among: communicator)
    let different = zip(own.digests, digests).enumerated().first { $0.element.0 != $0.element.1 }
    try own.free()
    guard let different else { return }
    throw SharedFailure(
      Failure(
        .badData,
        "\(paths[1]): its \(different.offset == 0 ? "training" : "test") images are not those of \(paths[0]); "
          + "name the folder of images to compare both on with \(setting: .data)"))
  }

  /// Makes sure that each rank has memory for the latents of all images, for decoded draws, and to find
  /// neighbours.
  private func requireMemory(
    for images: ComparedImages, _ first: borrowing TrainedModel, _ second: borrowing TrainedModel,
    among communicator: borrowing Communicator
  ) throws {
    let latent = max(first.layout.configuration.latent, second.layout.configuration.latent)
    let count = images.train.count + images.test.count
    let pixels = images.test.pixelCount
    let floats = RunMeasurement.draws * pixels + threads * NearestRows.floatCount(columns: pixels)
    try MachineMemory.require(
      ComparedLatents.byteCount(count, latent: latent) + floats * MemoryLayout<Float>.stride,
      for: "comparing these runs", advice: "use fewer ranks, or a larger machine",
      among: communicator)
  }
}
