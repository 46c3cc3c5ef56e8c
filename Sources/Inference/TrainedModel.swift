package import Checkpoints
internal import Formats
package import Images
package import Kernels
internal import Logging
package import MPI
internal import Platform
package import Ranks
package import VAE

/// Parameters read from a checkpoint, on all ranks.
package struct TrainedModel: ~Copyable {
  /// Where the parameters lie.
  package let layout: ParameterLayout

  /// What the run drew its noise from; 1 where the file does not tell.
  package let seed: UInt64

  /// The shape of an image, where the file tells.
  private let toldSize: ImageSize?

  /// The shape of an image; a guess where the file does not tell.
  package var imageSize: ImageSize {
    toldSize ?? ImageSize(guessedFrom: layout.configuration.pixels)
  }

  /// The images that it was trained on and judged by, as far as the checkpoint tells.
  private let images: ModelImages

  private let memory: Buffer<Float>

  /// The height of an image in pixels.
  package var rows: Int { imageSize.rows }

  /// The width of an image in pixels.
  package var columns: Int { imageSize.columns }

  /// The parameters, valid while the model lives.
  package var parameters: Vector { memory.vector }

  /// Reads, on rank zero, the checkpoint that `path` means and sends it to all ranks, each of which
  /// will use it on `threads`; collective.
  ///
  /// `command` is what this rank was asked to do, which must be the same on all.
  ///
  /// - Throws: on all ranks, where it cannot be read, or some rank runs another program or command.
  package init(
    _ path: String, threads: Int = 1, command: [String], among communicator: borrowing Communicator
  ) throws {
    // What a command does is in its words; with others, ranks would wait for one another.
    try Fingerprint.requireEqual(
      try communicator.together {
        [
          try Fingerprint("command", of: command),
          try .program(),
        ]
      }, among: communicator)
    let found = try communicator.together {
      communicator.rank == 0 ? try Contents(path) : nil
    }
    let contents = try communicator.broadcast(found)
    let layout = ParameterLayout(contents.model)
    let blocks = PanelDeal.most(
      rank: communicator.rank, of: communicator.size,
      floats: threads * PanelPlan.height * contents.model.pixels)
    try MachineMemory.require(
      (layout.count + PanelWork.count(layout, threads: threads, blocks: blocks))
        * MemoryLayout<Float>.stride,
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
    self.layout = layout
    self.memory = memory
    seed = contents.seed
    toldSize = contents.imageSize
    images = contents.images
  }

  /// Reads one split of the data that the model shall be used on, a copy on every node: those in the
  /// folder `asked` or, where that is nil, those of the model's run. Collective.
  ///
  /// A sentence tells where the data are not the run's own.
  ///
  /// - Returns: the data, to be freed after the last use of their views.
  /// `command` is what this rank was asked to do, which must be the same on all.
  ///
  /// - Throws: on all ranks, where it cannot be read, is not the same on all nodes, or has images
  ///   of another shape.
  package func readData(
    _ asked: String?, _ split: Dataset.Split, among communicator: borrowing Communicator
  ) throws -> NodeData {
    if asked == nil, let problem = images.problem {
      throw SharedFailure(Failure(.badData, problem))
    }
    let directory = asked ?? images.directory ?? Dataset.defaultDirectory
    let data = try read(directory, split, isOwn: asked == nil, among: communicator)
    if asked == nil, images.areForeign(data.digests[0], split) {
      throw SharedFailure(
        Failure(
          .badData,
          "nothing tells which folder the run had its images in, and those in \(directory) are not "
            + "they: name it with --data"))
    }
    if communicator.rank == 0,
      let sentence = images.sentence(
        of: data.digests[0], split, in: directory, isAsked: asked != nil)
    {
      Logger(label: "lockstep").notice("\(sentence)")
    }
    return data
  }

  /// Reads what ``readData(_:_:among:)`` has found to be meant; `isOwn` is whether nobody named it.
  private func read(
    _ directory: String, _ split: Dataset.Split, isOwn: Bool,
    among communicator: borrowing Communicator
  ) throws -> NodeData {
    let (pixels, toldSize) = (layout.configuration.pixels, toldSize)
    do {
      return try NodeData(directory, [split], among: communicator) { shapes in
        guard shapes[0].pixelCount == pixels else {
          throw Failure(
            .badData,
            "\(directory): images have \(shapes[0].pixelCount) pixels, where the model takes "
              + "\(pixels); use the data that it was trained on")
        }
        try toldSize?.require(in: shapes, of: directory)
      }
    } catch let failure as SharedFailure where isOwn && images.directory != nil {
      // Nobody has typed that path.
      throw SharedFailure(
        Failure(failure.failure.code, "\(failure.description) (the run had its images there)"))
    }
  }

  /// What a file of parameters tells before they are read.
  private struct Contents: Codable {
    var path: String
    var model: ModelConfiguration
    var seed: UInt64
    var imageSize: ImageSize?
    var images: ModelImages

    init(_ path: String) throws {
      let reference = try CheckpointReference(path)
      reference.warnOfPassedOver()
      images = ModelImages(beside: reference.model)
      // Parameters are of use whatever the state beside them, which another version may have
      // written.
      let state = try? reference.state()
      if let state, state.arithmetic?.sums == nil {
        Logger(label: "lockstep").warning(
          """
          \(reference.model): an earlier version of lockstep trained this model, so last digits may \
          differ from those of its run
          """)
      }
      let file = try SafetensorsFile(opening: reference.model)
      self.path = reference.model
      model = try ModelConfiguration(shapesOf: file)
      seed = file.metadata["lockstep.seed"].flatMap { UInt64($0) } ?? 1
      imageSize = ImageSize(toldBy: file.metadata, pixels: model.pixels)
    }
  }
}
