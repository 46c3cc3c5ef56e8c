import Foundation
import Support
import Testing

/// Training that leaves the finite numbers ends with code 70 and saves nothing of it.
@Suite struct NotFiniteTests {
  /// Numbers as large as they can be: 3.4e38.
  @Test("what a model computes is not written where it is not finite", arguments: Launch.both)
  func results(launch: Launch) throws {
    let folder = try RunFolder.trained()
    let model = folder.path("large.safetensors")
    var bytes = try folder.contents.model()
    bytes.replaceSubrange(
      bytes.count - 3000..<bytes.count, with: Data(repeating: 0x7f, count: 3000))
    bytes.replaceSubrange(4000..<7000, with: Data(repeating: 0x7f, count: 3000))
    try bytes.write(to: URL(fileURLWithPath: model))
    for (command, name, more) in [
      ("sample", "x.png", []), ("sample", "x.npy", []), ("sample", "x.npy", ["--digits", "01"]),
      ("encode", "x.npy", []), ("reconstruct", "x.png", []),
    ] {
      let data =
        name == "x.npy" && more.isEmpty && command == "sample" ? [] : ["--data", folder.data]
      try Job([command, model, "--output", folder.path(name)] + data + more, launch)
        .fail(70, "what this model computes is not finite")
      #expect(!FileManager.default.fileExists(atPath: folder.path(name)), "\(command) \(name)")
    }
  }

  @Test(
    "a step length beyond all measure",
    arguments: Launch.each(["1e10", "1e20", "1e30", "1e38"], onRanks: 2))
  func steps(learningRate: String, launch: Launch) throws {
    let folder = try RunFolder()
    try folder.train(
      "--learning-rate", learningRate, "--epochs", "3", "--progress", "always", on: launch
    ).fail(70, "not finite", "smaller --learning-rate")
    #expect(try !folder.contents.names().contains { $0.hasPrefix("step-") || $0 == "latest" })
  }

  /// One step an epoch, so that the test images or the parameters are the first to tell.
  @Test("an epoch whose parameters are not finite", arguments: Launch.both)
  func epoch(launch: Launch) throws {
    let folder = try RunFolder(SmallData(train: 50))
    try folder.train("--learning-rate", "3e38", "--epochs", "3", on: launch).fail(70, "not finite")
    #expect(try folder.contents.steps("epoch") == [])
    #expect(try !folder.contents.names().contains { $0.hasPrefix("step-") || $0 == "latest" })
  }

  @Test("a stop at a step whose parameters are not finite", arguments: Launch.both)
  func stop(launch: Launch) throws {
    let folder = try RunFolder()
    try folder.train("--learning-rate", "3e38", "--max-steps", "1", on: launch)
      .fail(70, "a parameter after step 1 is not finite")
    #expect(try !folder.contents.names().contains { $0.hasPrefix("step-") || $0 == "latest" })
  }

  @Test("a checkpoint that was made by others and is not finite", arguments: Launch.both)
  func evaluate(launch: Launch) throws {
    let folder = try RunFolder.trained()
    var bytes = Array(try folder.contents.model())
    // The last tensor's last element, little-endian: a NaN.
    bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [0, 0, 0xc0, 0x7f])
    let file = folder.path("model.safetensors")
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    try Job(["evaluate", file, "--data", folder.data, "--json"], launch).fail(70, "is not finite")
    let output = try Job(["inspect", file]).succeed().output
    #expect(output.contains("1 of 64 values are not finite"), "\(output)")
  }
}
