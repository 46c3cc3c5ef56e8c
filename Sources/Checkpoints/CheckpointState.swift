public import Engine
internal import FoundationEssentials
package import Images
internal import Platform
package import Ranks
internal import VAE

/// The content of `state.json`: all of a checkpoint but its tensors and checksums.
public struct CheckpointState: Codable, Equatable {
  /// The version of the file's format.
  var format = 1

  /// Where the run stands.
  public var progress: Progress

  /// The values that determine the model.
  public var recipe: Recipe

  /// How many pixels an image has.
  package var pixels: Int

  /// The size of an image; nil in checkpoints of earlier versions.
  package var imageSize: ImageSize?

  /// The digests of the images that the run is trained and tested on; nil in checkpoints of earlier
  /// versions.
  package var data: DataFingerprint?

  /// How the job that wrote the checkpoint computed; nil in checkpoints of earlier versions.
  package var arithmetic: Arithmetic?

  /// The mean loss of the test images, in nats; nil where the checkpoint is not at an epoch's end, or
  /// there are no test images.
  package var testLoss: Double?

  /// The mean loss of the validation images, in nats; nil where the checkpoint is not at an epoch's end, or
  /// no images are held out.
  package var validationLoss: Double?

  /// The epoch that has had the least loss so far; nil before the first that had one, and in checkpoints of
  /// earlier versions.
  package var best: BestEpoch?

  /// Lines of the metrics, up to this step, that could not be written: a job that goes on from this
  /// checkpoint writes them. Nil where all could be written.
  package var refusedMetrics: [String]?
}

extension CheckpointState {
  /// The state at `progress` of a run with `recipe`, on images of `imageSize` with the digests `data`.
  package init(
    at progress: Progress, recipe: Recipe, imageSize: ImageSize, data: DataFingerprint,
    arithmetic: Arithmetic
  ) {
    (self.progress, self.recipe) = (progress, recipe)
    (self.imageSize, pixels) = (imageSize, imageSize.rows * imageSize.columns)
    (self.data, self.arithmetic) = (data, arithmetic)
  }

  /// Decodes the content of `state.json`.
  package init(decoding text: String) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
  }

  /// The keys of the recipe in the content of `state.json` that are no settings of this version: a later
  /// version has them, and trains another model with them.
  static func unknownSettings(in text: String) throws -> [String] {
    struct State: Decodable { let recipe: Keys }
    struct Keys: Decodable {
      let names: [SettingName]
      init(from decoder: any Decoder) throws {
        names = try decoder.container(keyedBy: SettingName.self).allKeys
      }
    }
    let known = Recipe.table.settings.map(\.name)
    let keys = try JSONDecoder().decode(State.self, from: Data(text.utf8)).recipe.names
    return keys.filter { !known.contains($0) }.map(\.text).sorted()
  }

  /// Makes sure that a run can go on from this state on the images `train`, those of the folder or data
  /// called `name`.
  ///
  /// - Throws: `Failure` with `badData`.
  package func requireFit(_ train: Dataset, in name: String) throws {
    try Self.require(pixels: pixels, in: train.shape, of: name)
    try imageSize?.require(in: [train.shape], of: name)
    if let problem = recipe.validationProblem(imageCount: train.count) {
      throw Failure(.badData, "\(name): \(problem)")
    }
    try progress.requireRest(of: train.count - recipe.validation, in: name)
  }

  /// Makes sure that the images of `shape`, those of the folder or data called `name`, have as many `pixels`
  /// as those that a model was trained on.
  ///
  /// - Throws: `Failure` with `badData`.
  package static func require(pixels: Int, in shape: Dataset.Shape, of name: String) throws {
    guard pixels == shape.pixelCount else {
      throw Failure(
        .badData,
        "\(name): images have \(shape.pixelCount) pixels, those that the model was trained on \(pixels); use "
          + "data of that size")
    }
  }

  /// The content of `state.json`.
  var text: [UInt8] {
    get throws {
      let json = try JSONEncoder([.prettyPrinted, .sortedKeys]).encode(self)
      return [UInt8](json) + [UInt8(ascii: "\n")]
    }
  }
}

/// The digests by which a run's images are told from others: a part of a checkpoint's state.
package struct DataFingerprint: Codable, Equatable {
  /// The SHA-256 of the training images, in hexadecimal: see ``NodeData/digests(withLabels:)``.
  package var train: String

  /// The SHA-256 of the test images, in hexadecimal; nil where there are none.
  package var test: String?

  /// The digest of one split.
  package subscript(split: Dataset.Split) -> String? { split == .train ? train : test }

  /// The digests of data with the split train and, where it exists, test, for models of `recipe`: of images
  /// and labels, where the model is told labels, else of images.
  package init(_ data: borrowing NodeData, for recipe: Recipe = Recipe()) {
    let digests = data.digests(withLabels: recipe.model == .conditional)
    (train, test) = (digests[0], digests.dropFirst().first)
  }

  /// The beginning of a digest, for sentences.
  package static func short(_ digest: String) -> String { "\(digest.prefix(12))…" }
}

extension Progress {
  /// Makes sure that the epoch under way has an image left of the `count` that are trained on of the folder
  /// or data called `name`.
  ///
  /// - Throws: `Failure` with `badData`.
  package func requireRest(of count: Int, in name: String) throws {
    guard offset < count else {
      throw Failure(
        .badData,
        "\(name): the checkpoint is \(offset) images into an epoch that has \(count); use the "
          + "data that the run began with")
    }
  }
}
