internal import FoundationEssentials
internal import MNIST

/// What a checkpoint says beside its tensors, kept as `state.json`.
struct CheckpointState: Codable, Equatable {
  /// The version of this format.
  var format = 1

  /// Where the run stands.
  var progress: Progress

  /// What determines the model.
  var recipe: Recipe

  /// Pixels of an image.
  var pixels: Int

  /// The shape of an image; nil in those of earlier versions.
  var imageSize: ImageSize?

  /// The images that the run is trained on and judged by; nil in those of earlier versions.
  var data: DataFingerprint?

  /// How the job that wrote it computed; nil in those of earlier versions.
  var arithmetic: Arithmetic?

  /// The mean loss of the test images, in nats, of a checkpoint at an epoch's end.
  var testLoss: Double?

  /// Lines of the metrics up to here that could not be written, if any: who goes on writes them.
  var refusedMetrics: [String]?
}

extension CheckpointState {
  /// What all checkpoints of a job have in common: the state that `plan` begins with, on `data`.
  init(_ plan: RunPlan, _ data: borrowing NodeData, _ arithmetic: Arithmetic) {
    let images = data.splits[0]
    var fingerprint = DataFingerprint(data)
    // What is not there to compare with is not forgotten.
    fingerprint.test = fingerprint.test ?? plan.data?.test
    self.init(
      progress: plan.progress, recipe: plan.configuration.recipe, pixels: images.pixelCount,
      imageSize: ImageSize(rows: images.rows, columns: images.columns),
      data: fingerprint, arithmetic: arithmetic)
  }

  /// Reads the content of `state.json`.
  init(decoding text: String) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
  }

  /// The content of `state.json`.
  var text: [UInt8] {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }
  }
}
