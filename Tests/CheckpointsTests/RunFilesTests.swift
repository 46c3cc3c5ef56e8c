@testable import Checkpoints
import Foundation
import Support
import Testing

@Suite struct RunFilesTests {
  @Test(
    "pictures of epochs are in order by name, up to epoch 999",
    arguments: [
      (1, "epoch-001.png"), (20, "epoch-020.png"), (999, "epoch-999.png"), (1000, "epoch-1000.png"),
    ])
  func pictures(epoch: Int, name: String) {
    #expect(RunFiles.picture(epoch) == name)
  }

  @Test(
    "a folder with a configuration or metrics is a run, or a part of one",
    arguments: [
      ("config.yaml", true), ("metrics.jsonl", true), ("environment.json", false),
      ("report.html", false), ("model.safetensors", false),
    ])
  func run(name: String, isRun: Bool) throws {
    let folder = try TemporaryFolder()
    _ = try folder.file(name, [])
    #expect(RunFiles.isRun(folder.url.path) == isRun)
    #expect(!RunFiles.isRun(folder.path(name)) && !RunFiles.isRun(folder.path("none")))
  }
}
