@testable import Checkpoints
@testable import Engine
import Foundation
import Kernels
@testable import Platform
import Support
import Testing

/// The digest that a checkpoint's model should have, by its state.
@Suite struct PublishedDigestTests {
  /// The digest of MNIST's training images, and that of the model after one epoch.
  private static let mnist = "e98b300cecaa094331d94fb9d41af24bd471c809bea149d123328d477d8bd33a"
  private static let model = "7fc81c207cd2aacffe9f4ad15da45be77942c2cddf02d5b55e59a3e90df342bd"

  private func digest(step: Int, _ change: (inout CheckpointState) -> Void) throws -> String? {
    let folder = try TemporaryFolder()
    var state = CheckpointState(progress: Progress(), recipe: Recipe(), pixels: 784)
    state.progress.step = step
    state.data = try JSONDecoder().decode(
      DataFingerprint.self, from: Data(#"{"train":"\#(Self.mnist)"}"#.utf8))
    change(&state)
    _ = try folder.file("state.json", try state.text)
    return try PublishedModel.digest(forCheckpoint: folder.url.path)
  }

  @Test("the default recipe on MNIST has a published digest after some numbers of steps")
  func published() throws {
    #expect(try digest(step: 469) { _ in } == Self.model)
    #expect(try digest(step: 4690) { _ in } != nil)
    #expect(try digest(step: 470) { _ in } == nil)
    // The images that a run is tested on do not change the model.
    #expect(try digest(step: 469) { $0.data?.test = "x" } == Self.model)
  }

  @Test("any other recipe, and other images, have none")
  func others() throws {
    let changes: [(inout CheckpointState) -> Void] = [
      { $0.recipe.seed = 2 }, { $0.recipe.batchSize = 64 }, { $0.recipe.precision = .bf16 },
      { $0.recipe.learningRate = 0.0011 }, { $0.data?.train = "x" }, { $0.data = nil },
    ]
    for (number, change) in changes.enumerated() {
      #expect(try digest(step: 469, change) == nil, "case \(number)")
    }
  }

  @Test("a folder without a state is no checkpoint")
  func missing() throws {
    let folder = try TemporaryFolder()
    #expect(throws: FileError.self) { try PublishedModel.digest(forCheckpoint: folder.url.path) }
  }
}
