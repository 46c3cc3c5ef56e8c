import Foundation
import Support
import Testing

/// What is wrong with a checkpoint: one sentence, one code, no hang, and nothing changed.
@Suite struct BadCheckpointTests {
  /// Checksums tell of any change to a file of a checkpoint.
  @Test(
    "a checkpoint with an altered file",
    arguments: Launch.each(
      ["model.safetensors", "optimizer.safetensors", "state.json", "SHA256SUMS"], onRanks: 1))
  func altered(name: String, launch: Launch) throws {
    let folder = try RunFolder.trained()
    let checkpoint = "\(folder.run)/step-00000008"
    try flip("\(checkpoint)/\(name)")
    // The list's middle is the line of its second file.
    let sentence = "\(name == "SHA256SUMS" ? "optimizer.safetensors" : name) is not"
    try Job(["evaluate", checkpoint, "--data", folder.data], launch)
      .fail(65, sentence, "\(folder.run)/step-00000004 is whole")
    try folder.train("--resume", checkpoint, "--epochs", "3", on: launch).fail(65, sentence)
    #expect(try folder.contents.steps("epoch") == [4, 8])
  }

  @Test(
    "a checkpoint without a file",
    arguments: ["model.safetensors", "optimizer.safetensors", "state.json", "SHA256SUMS"])
  func missingFile(name: String) throws {
    let folder = try RunFolder.trained()
    let checkpoint = "\(folder.run)/step-00000008"
    try FileManager.default.removeItem(atPath: "\(checkpoint)/\(name)")
    for command in ["inspect", "evaluate"] {
      let data = command == "evaluate" ? ["--data", folder.data] : []
      try Job([command, checkpoint] + data).fail(65, "\(name) is missing")
    }
  }

  private static let commands = ["evaluate", "sample", "encode", "inspect", "train"]

  @Test("a path where nothing is", arguments: Launch.each(commands, onRanks: 0, 4))
  func nothing(command: String, launch: Launch) throws {
    let folder = try RunFolder()
    let path = folder.path("nowhere")
    let rest =
      switch command {
      case "evaluate": ["--data", folder.data]
      case "sample": ["--output", folder.path("x.npy")]
      case "encode": ["--data", folder.data, "--output", folder.path("x.npy")]
      default: [String]()
      }
    let words = command == "train" ? folder.trainWords() + ["--resume", path] : [command, path]
    try Job(words + rest, launch).fail(74, path)
    #expect(!FileManager.default.fileExists(atPath: folder.path("x.npy")))
  }

  @Test("a directory without a checkpoint", arguments: Launch.both)
  func emptyDirectory(launch: Launch) throws {
    let folder = try RunFolder()
    try Job(["inspect", folder.data], launch).fail(65, folder.data)
  }

  @Test("a damaged newest checkpoint is passed over, with a note", arguments: Launch.both)
  func passedOver(launch: Launch) throws {
    let folder = try RunFolder.trained()
    let model = try folder.contents.model()
    try flip("\(folder.run)/step-00000008/optimizer.safetensors")
    let note = "passing over a checkpoint: \(folder.run)/step-00000008/optimizer.safetensors is not"
    for words in [
      ["evaluate", folder.run, "--data", folder.data],
      folder.trainWords() + ["--epochs", "2", "--max-steps", "5"],
    ] {
      let outcome = try Job(words, launch).succeed()
      #expect(outcome.reported.components(separatedBy: note).count == 2, "\(outcome.reported)")
    }
    #expect(try folder.contents.latest() == "step-00000005")
    #expect(try folder.contents.steps("step") == Array(1...5))
    #expect(try folder.contents.steps("epoch") == [4])
    // The step is reached again, and its directory replaced.
    try folder.train(on: launch).succeed()
    #expect(try folder.contents.isWhole("step-00000008"))
    #expect(try folder.contents.latest() == "step-00000008")
    #expect(try folder.contents.model() == model)
    #expect(try !folder.contents.names().contains { $0.hasPrefix(".unfinished") })
  }

  @Test("a run whose checkpoints are all damaged is not begun anew", arguments: Launch.both)
  func allDamaged(launch: Launch) throws {
    let folder = try RunFolder.trained()
    for step in [4, 8] { try flip("\(folder.run)/step-0000000\(step)/model.safetensors") }
    let names = try folder.contents.names()
    try folder.train(on: launch).fail(
      65, "step-00000008/model.safetensors is not", "no other checkpoint of the run is whole",
      "--resume none --config \(folder.run)/config.yaml")
    #expect(try folder.contents.names() == names)
  }

  @Test("a link `latest` that leads nowhere is not needed", arguments: ["step-00000012", "../x"])
  func danglingLatest(destination: String) throws {
    let folder = try RunFolder.trained()
    let latest = "\(folder.run)/latest"
    try FileManager.default.removeItem(atPath: latest)
    try FileManager.default.createSymbolicLink(atPath: latest, withDestinationPath: destination)
    try Job(["inspect", folder.run]).succeed()
    try folder.train("--epochs", "3").succeed()
    #expect(try folder.contents.latest() == "step-00000012")
    #expect(try folder.contents.steps("epoch") == [4, 8, 12])
  }

  @Test("inspect tells what is there", arguments: Launch.both)
  func inspect(launch: Launch) throws {
    let folder = try RunFolder.trained()
    let outcome = try Job(["inspect", folder.run], launch).succeed()
    for part in [
      "\(folder.run)/step-00000008", "64-16-4-16-64, 2344 parameters", "fc21.weight  [4, 16]",
      "2 completed, 0 images into the next", "whole          yes",
      "\nmodel SHA-256  \(try folder.contents.digest())",
    ] {
      #expect(outcome.output.components(separatedBy: part).count == 2, "\(part): \(outcome.output)")
    }
  }

  /// Changes one bit in a file's middle.
  private func flip(_ path: String) throws {
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
  }
}
