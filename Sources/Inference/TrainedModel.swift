package import Checkpoints
internal import Engine
internal import Formats
package import Images
package import Kernels
internal import Logging
package import MPI
internal import Platform
package import Ranks
package import VAE

/// The parameters of a trained model, read from a file by rank zero and sent to all ranks.
package struct TrainedModel: ~Copyable {
  /// The path of the model's file.
  package let path: String

  /// Where the parameters lie.
  package let layout: ParameterLayout

  /// The seed of the run that trained the model; 1 where the file does not tell.
  package let seed: UInt64

  /// How images are shown to the model, which is in evaluation.
  package let shown: PixelProtocol

  /// The size of an image; nil where the file does not tell.
  private let toldSize: ImageSize?

  /// The size of an image; a guess where the file does not tell.
  package var imageSize: ImageSize {
    toldSize ?? ImageSize(guessedFrom: layout.configuration.pixels)
  }

  /// The run's checkpoint that the model is from; nil for other files.
  private let origin: ModelOrigin?

  /// The images that the model was trained and tested on, as far as the files beside it tell.
  private let images: ModelImages

  private let memory: Buffer<Float>

  /// Whether files beside the model tell of its images, as they do of a run's model.
  package var tellsImages: Bool { images.areTold }

  /// The height of an image in pixels.
  package var rows: Int { imageSize.rows }

  /// The width of an image in pixels.
  package var columns: Int { imageSize.columns }

  /// The parameters, valid while the model lives.
  package var parameters: Vector { memory.vector }

  /// Reads the model that `path` means, and makes sure that each rank has memory to use the model on
  /// `threads` threads; collective.
  ///
  /// - Parameters:
  ///   - path: a run directory, a checkpoint directory or a `.safetensors` file.
  ///   - threads: the threads of each rank that will use the model.
  ///   - command: the words of this rank's command line, which must be the same on all ranks: ranks
  ///     with different commands would wait for one another without end.
  ///   - communicator: the ranks that will use the model.
  /// - Throws: on all ranks, where the model cannot be read, a node lacks memory, or some rank runs
  ///   another program or command.
  package init(
    _ path: String, threads: Int = 1, command: [String], among communicator: borrowing Communicator
  ) throws {
    try Fingerprint.requireEqual(
      try communicator.together { [try Fingerprint("command", of: command), try .program()] },
      among: communicator)
    let contents = try communicator.valueOfRankZero { try Contents(path) }
    let layout = ParameterLayout(contents.model)
    let passes = ForwardPasses.floatCount(
      layout, threads: threads, rank: communicator.rank, among: communicator.size)
    try MachineMemory.require(
      (layout.count + passes) * MemoryLayout<Float>.stride,
      for: "using this model", advice: "use fewer ranks, or a larger machine", among: communicator)
    let memory = Buffer<Float>(repeating: 0, count: layout.count)
    let parameters = memory.vector
    try communicator.together {
      guard communicator.rank == 0 else { return }
      try TensorFile.read([("", parameters)], layout, from: SafetensorsFile(opening: contents.path))
    }
    try parameters.withMutableSpan { span throws(MPIError) in
      try communicator.broadcast(&span, from: 0)
    }
    self.path = contents.path
    self.layout = layout
    self.memory = memory
    (seed, shown) = (contents.seed, contents.shown)
    toldSize = contents.imageSize
    images = contents.images
    origin = contents.origin
  }

  /// The run's checkpoint that the model is from, if `data` are the test images of this run; else nil.
  package func origin(testedOn data: borrowing NodeData) -> ModelOrigin? {
    let digest = data.digests(withLabels: layout.configuration.labels > 0)[0]
    return images.fingerprint?[.test] == digest ? origin : nil
  }

  /// Reads splits of the data that the model shall be used on, one copy on every node: the data that are
  /// `asked` for or, where no place is named, the data of the model's run. Collective.
  ///
  /// Where the user names data that are not the run's, rank zero logs a sentence that says so.
  ///
  /// - Returns: the data, which the caller frees after the last use of their views.
  /// - Throws: on all ranks, where the data cannot be read, are not the same on all nodes, or have images
  ///   of another size; or where no place is named and the run's data cannot be found.
  package func readData(
    _ asked: AskedImages, _ splits: Dataset.Split..., among communicator: borrowing Communicator
  ) throws -> NodeData {
    let isAsked = asked.path != nil
    if !isAsked, let problem = images.problem {
      throw SharedFailure(Failure(.badData, problem))
    }
    let directory = asked.path ?? images.directory ?? Dataset.defaultDirectory
    let data = try read(
      directory, splits, transposed: asked.isTransposed ?? images.isTransposed, isOwn: !isAsked,
      among: communicator)
    try requireKnownLabels(in: data)
    let countsLabels = layout.configuration.labels > 0
    let found = zip(data.digests(withLabels: countsLabels), splits)
    if !isAsked, found.contains(where: { images.areForeign($0, $1) }) {
      throw SharedFailure(
        Failure(
          .badData,
          "nothing tells which folder the run had its images in, and those in \(directory) are "
            + "others: name the run's folder with \(setting: .data)"))
    }
    let sentences = found.compactMap { digest, split in
      images.sentence(
        of: digest, split, in: directory, isAsked: isAsked, countsLabels: countsLabels)
    }
    if communicator.rank == 0, let sentence = sentences.first {
      Logger.lockstep.tell(.notice, sentence)
    }
    if communicator.rank == 0, isAsked {
      for notice in data.notices { Logger.lockstep.tell(.notice, notice) }
    }
    return data
  }

  /// Makes sure that a conditional model knows the labels of `data`.
  ///
  /// - Throws: on all ranks, `SharedFailure` with `badData`.
  package func requireKnownLabels(in data: borrowing NodeData) throws {
    let known = layout.configuration.labels
    guard known > 0 else { return }
    for images in data.splits {
      let largest = images.labels.elements.max().map(Int.init)
      guard let largest, largest < known else {
        throw SharedFailure(
          Failure(
            .badData,
            largest.map {
              "an image has the label \($0), and this conditional model knows those below \(known): use images "
                + "with the labels that it was trained on"
            } ?? "these images have no labels, which a conditional model is told: add their file"))
      }
    }
  }

  /// Reads `splits` of the data in `directory`, all of which must exist; `isOwn` is true unless the user has
  /// named the directory.
  private func read(
    _ directory: String, _ splits: [Dataset.Split], transposed: Bool, isOwn: Bool,
    among communicator: borrowing Communicator
  ) throws -> NodeData {
    let (pixels, toldSize) = (layout.configuration.pixels, toldSize)
    let needsLabels = layout.configuration.labels > 0
    do {
      return try NodeData(directory, splits, transposed: transposed, among: communicator) {
        shapes in
        for shape in shapes where shape.pixelCount != pixels {
          throw Failure(
            .badData,
            "\(directory): images have \(shape.pixelCount) pixels, where the model takes "
              + "\(pixels); use the data that it was trained on")
        }
        guard shapes.count == splits.count else {
          throw Failure(
            .badData,
            "\(directory): there are no \(splits[shapes.count].rawValue) images here, which this takes; "
              + "name a folder that has them with \(setting: .data)")
        }
        try toldSize?.require(in: shapes, of: directory)
        guard !needsLabels || shapes.allSatisfy(\.hasLabels) else {
          throw Failure(
            .badData,
            "\(directory): these images have no labels, which a conditional model is told: add their file"
          )
        }
      }
    } catch let failure as SharedFailure where isOwn && images.directory != nil {
      // The path is from the run's files: the user has not typed it.
      throw SharedFailure(
        Failure(failure.failure.code, "\(failure) (the run had its images there)"))
    }
  }

  /// What rank zero finds out about a model before it reads the parameters, and tells all ranks.
  private struct Contents: Codable {
    var path: String
    var model: ModelConfiguration
    var seed: UInt64
    var shown: PixelProtocol
    var imageSize: ImageSize?
    var images: ModelImages
    var origin: ModelOrigin?

    init(_ path: String) throws {
      let reference = try CheckpointReference(path)
      reference.warnOfPassedOver()
      images = ModelImages(beside: reference.model)
      // A model can be used without the state beside it, which another version may have written.
      let state = try? reference.state()
      if let state, state.arithmetic?.sums == nil {
        Logger.lockstep.warning(
          """
          \(reference.model): an earlier version of lockstep trained this model, so last digits may \
          differ from those of its run
          """)
      }
      if let directory = reference.directory, let digest = reference.modelDigest, let state {
        let run = FileSystem.parent(of: FileSystem.resolved(directory))
        if RunFiles.isRun(run) {
          origin = ModelOrigin(run: run, step: state.progress.step, modelDigest: digest)
        }
      }
      let file = try SafetensorsFile(opening: reference.model)
      self.path = reference.model
      model = try ModelConfiguration(shapesOf: file)
      seed = file.metadata["lockstep.seed"].flatMap { UInt64($0) } ?? 1
      shown = try PixelProtocol(toldBy: file.metadata, of: reference.model).inEvaluation
      imageSize = ImageSize(toldBy: file.metadata, pixels: model.pixels)
    }
  }
}

/// The checkpoint of a run that a model is from.
package struct ModelOrigin: Codable {
  /// The run directory.
  package let run: String
  /// The steps after which the checkpoint was written.
  package let step: Int
  /// The SHA-256 of the model, in hexadecimal.
  package let modelDigest: String
}
