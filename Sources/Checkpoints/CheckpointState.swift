package import Engine
internal import FoundationEssentials
internal import Images
package import Ranks
internal import Platform

/// What a checkpoint says beside its tensors, kept as `state.json`.
package struct CheckpointState: Codable, Equatable {
  /// The version of this format.
  var format = 1

  /// Where the run stands.
  package var progress: Progress

  /// What determines the model.
  package var recipe: Recipe

  /// Pixels of an image.
  package var pixels: Int

  /// The shape of an image; nil in those of earlier versions.
  package var imageSize: ImageSize?

  /// The images that the run is trained on and judged by; nil in those of earlier versions.
  package var data: DataFingerprint?

  /// How the job that wrote it computed; nil in those of earlier versions.
  package var arithmetic: Arithmetic?

  /// The mean loss of the test images, in nats, of a checkpoint at an epoch's end.
  package var testLoss: Double?

  /// Lines of the metrics up to here that could not be written, if any: who goes on writes them.
  package var refusedMetrics: [String]?
}

extension CheckpointState {
  /// The state at `progress` of a run with `recipe` on images of `imageSize`.
  package init(
    at progress: Progress, recipe: Recipe, imageSize: ImageSize, data: DataFingerprint,
    arithmetic: Arithmetic
  ) {
    (self.progress, self.recipe) = (progress, recipe)
    (self.imageSize, pixels) = (imageSize, imageSize.rows * imageSize.columns)
    (self.data, self.arithmetic) = (data, arithmetic)
  }

  /// Reads the content of `state.json`.
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
