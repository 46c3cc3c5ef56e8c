internal import FoundationEssentials

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

  /// How the job that wrote it computed; nil in those of earlier versions.
  var arithmetic: Arithmetic?

  /// The mean loss of the test images, in nats, of a checkpoint at an epoch's end.
  var testLoss: Double?

  /// Lines of the metrics up to here that could not be written, if any: who goes on writes them.
  var refusedMetrics: [String]?
}

extension CheckpointState {
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
