public import Engine
internal import FoundationEssentials
internal import Images
package import Ranks
internal import Platform

/// The content of `state.json`: all of a checkpoint but its tensors.
public struct CheckpointState: Codable, Equatable {
  /// The version of this format.
  var format = 1

  /// Where the run stands.
  public var progress: Progress

  /// The values that determine the model.
  public var recipe: Recipe

  /// The number of pixels of an image.
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

  /// Lines of the metrics, up to this step, that could not be written: a job that is resumed here writes
  /// them. Nil where all could be written.
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

  /// The content of `state.json`.
  var text: [UInt8] {
    get throws {
      let json = try JSONEncoder([.prettyPrinted, .sortedKeys]).encode(self)
      return [UInt8](json) + [UInt8(ascii: "\n")]
    }
  }
}
