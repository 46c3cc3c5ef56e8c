import Foundation
import Support
import Testing

/// The newest checkpoint, or the link to it, is not what it should be.
@Suite struct BadLinkTests {
  /// Where `latest` leads; nil where there is none.
  @Test(
    "the link `latest` is not needed",
    arguments: [nil, "step-00000012", "latest", "../other/step-00000004", "/etc", "/dev/null"])
  func latest(destination: String?) throws {
    let folder = try RunFolder.trained()
    let other = folder.path("other")
    try FileManager.default.copyItem(atPath: folder.run, toPath: other)
    let link = "\(folder.run)/latest"
    try FileManager.default.removeItem(atPath: link)
    if let destination {
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: destination)
    }
    let promise = try Promise("latest")
    promise.expect(try Job(["inspect", folder.run]).succeed())
    promise.expect(try folder.train("--epochs", "3").succeed())
    #expect(try folder.contents.latest() == "step-00000012")
    #expect(try folder.contents.steps("epoch") == [4, 8, 12])
    #expect(try RunContents(other).isWhole("step-00000004"))
    try folder.train("--epochs", "3", run: other).succeed()
    #expect(try folder.contents.model() == RunContents(other).model())
  }

  private static let files = [
    "model.safetensors", "optimizer.safetensors", "state.json", "SHA256SUMS",
  ]

  /// What is left of the file's bytes, in hundredths; -1 where a bit is flipped, -2 where it is gone.
  @Test("a damaged newest checkpoint is passed over", arguments: files, [0, 50, 99, -1, -2])
  func damaged(name: String, left: Int) throws {
    let folder = try RunFolder.trained()
    let model = try folder.contents.model()
    let file = URL(fileURLWithPath: "\(folder.run)/step-00000008/\(name)")
    var bytes = try Data(contentsOf: file)
    switch left {
    case -2: try FileManager.default.removeItem(at: file)
    case -1:
      bytes[bytes.count / 3] ^= 4
      try bytes.write(to: file)
    default: try bytes.prefix(bytes.count * left / 100).write(to: file)
    }
    let outcome = try folder.train("--epochs", "2").succeed()
    try Promise("damaged").expect(outcome)
    #expect(outcome.told.count == 1, "\(outcome.errors)")
    #expect(try folder.contents.model() == model)
    #expect(try folder.contents.isWhole("step-00000008"))
    #expect(try folder.contents.steps("step") == Array(1...8))
  }
}
