import Foundation
import Support
import Testing

/// The example of the library that others build trainers from.
@Suite struct EngineExampleTests {
  private let folder: TemporaryFolder
  private let data: String

  init() throws {
    folder = try TemporaryFolder()
    data = try SmallData().write(to: folder.url.appendingPathComponent("data"))
  }

  private func digest(_ checkpoint: String) throws -> String {
    try RunContents(folder.url.path).digest(checkpoint)
  }

  @Test("the example trains what the command trains", arguments: [1, 2, 3])
  func bits(ranks: Int) throws {
    let outcome = try Command.mpirun(
      ranks: ranks, "engine-example", [data, folder.path("example")],
      environment: Job.environment
    ).run(seconds: 60)
    #expect(outcome.status == 0, "\(outcome.errors)")
    try Job(
      ["train", "--data", data, "--run", folder.path("run"), "--epochs", "1", "--report", "off"]
    ).succeed()
    let digests = try ["example/latest", "run/latest"].map(digest)
    #expect(digests[0] == digests[1])
    #expect(outcome.output.contains("model SHA-256 \(digests[0])"))
  }

  @Test(
    "the example goes on from its checkpoint, on another number of ranks, and on no other images")
  func resumes() throws {
    func example(ranks: Int, _ data: String, _ words: String...) throws -> Command.Outcome {
      try Command.mpirun(
        ranks: ranks, "engine-example", [data] + words.map(folder.path),
        environment: Job.environment
      ).run(seconds: 60)
    }
    #expect(try example(ranks: 1, data, "first").status == 0)
    let second = try example(ranks: 2, data, "second", "first/latest")
    #expect(second.status == 0, "\(second.errors)")
    try Job(
      ["train", "--data", data, "--run", folder.path("run"), "--epochs", "2", "--report", "off"]
    ).succeed()
    let digests = try ["second/latest", "run/latest"].map(digest)
    #expect(digests[0] == digests[1])

    let others = try SmallData(train: 199).write(to: folder.url.appendingPathComponent("others"))
    let third = try example(ranks: 2, others, "third", "first/latest")
    #expect(third.status == 70)
    #expect(third.output.contains("was trained on other images"), "\(third.output)")
  }

  @Test("the commands take a checkpoint of the example, and training goes on from it")
  func goesOn() throws {
    let outcome = try Command(
      [Command.built("engine-example"), data, folder.path("example")],
      environment: Job.environment
    ).run(seconds: 60)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let latest = folder.path("example/latest")
    #expect(try Job(["inspect", latest]).succeed().output.contains("1 completed"))
    try Job(["evaluate", latest, "--data", data]).succeed()
    for (name, words) in [("on", ["--resume", latest]), ("through", [])] {
      try Job(
        ["train", "--data", data, "--run", folder.path(name), "--epochs", "2", "--report", "off"]
          + words
      ).succeed()
    }
    let digests = try ["on/latest", "through/latest"].map(digest)
    #expect(digests[0] == digests[1])
  }

  @Test("a failure that all ranks know of ends all of them with a sentence", arguments: [1, 2])
  func failure(ranks: Int) throws {
    let outcome = try Command.mpirun(
      ranks: ranks, "engine-example", [folder.path("nothing"), folder.path("example")],
      environment: Job.environment
    ).run(seconds: 60)
    #expect(outcome.status == 74)
    #expect(outcome.output.contains("there is no such folder"))
    #expect(outcome.output.components(separatedBy: "no such folder").count == 2)
  }
}
