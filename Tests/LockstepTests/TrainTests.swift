import Foundation
import Support
import Testing

/// What a run leaves behind.
@Suite struct TrainTests {
  @Test("a run directory has all that is promised", arguments: Launch.both)
  func files(launch: Launch) throws {
    let folder = try RunFolder()
    try folder.train("--epochs", "2", on: launch).succeed()
    let contents = folder.contents
    let names = try contents.names()
    #expect(
      names.filter { !$0.hasPrefix("events.out.tfevents.") } == [
        ".lock", "best", "config.yaml", "environment.json", "latest", "metrics.jsonl",
        "reconstructions", "report.html", "samples", "step-00000004", "step-00000008",
      ])
    #expect(names.count == 12, "\(names)")
    #expect(try contents.latest() == "step-00000008")
    for checkpoint in ["step-00000004", "step-00000008"] {
      let names = try RunContents("\(folder.run)/\(checkpoint)").names()
      #expect(
        names == ["SHA256SUMS", "model.safetensors", "optimizer.safetensors", "state.json"])
      #expect(try contents.isWhole(checkpoint))
    }
    for sheets in ["samples", "reconstructions"] {
      let names = try RunContents("\(folder.run)/\(sheets)").names()
      #expect(names == ["epoch-001.png", "epoch-002.png"])
    }
  }

  @Test("each step and each epoch has one row", arguments: Launch.both)
  func rows(launch: Launch) throws {
    let folder = try RunFolder()
    try folder.train("--epochs", "2", on: launch).succeed()
    let rows = try folder.contents.rows()
    let kinds = ["step", "step", "step", "step", "epoch"]
    #expect(rows.map(\.kind) == kinds + kinds)
    #expect(rows.map(\.step) == [1, 2, 3, 4, 4, 5, 6, 7, 8, 8])
    #expect(rows.map(\.epoch) == [1, 1, 1, 1, 1, 2, 2, 2, 2, 2])
    for row in rows {
      let total = try #require(row.kind == "step" ? row.loss : row.testLoss)
      #expect(abs(row.reconstruction + row.kl - total) < 1e-9)
      // Independent pixels, each a fair coin, cost log 2 each: an untrained model is near that.
      #expect(total > 0 && total < 64)
    }
    for epoch in [rows[4], rows[9]] {
      let steps = rows.filter { $0.kind == "step" && $0.epoch == epoch.epoch }
      let mean = steps.reduce(0) { $0 + ($1.loss ?? .nan) } / 4
      #expect(abs(try #require(epoch.trainLoss) - mean) < 1e-9)
      let reconstruction = steps.reduce(0) { $0 + $1.reconstruction } / 4
      #expect(abs(try #require(epoch.trainReconstruction) - reconstruction) < 1e-9)
      #expect(abs(try #require(epoch.trainKl) - (mean - reconstruction)) < 1e-9)
      let waiting = try #require(epoch.waitingSeconds)
      #expect(waiting.count == epoch.ranks)
      let seconds = try #require(epoch.seconds)
      #expect(waiting.allSatisfy { $0 >= 0 && $0 <= seconds })
      #expect(try abs(#require(epoch.imagesPerSecond) * seconds / 200 - 1) < 1e-9)
      #expect(epoch.ranks == (launch.testDescription == "alone" ? 1 : 2))
    }
    #expect(try #require(rows[9].testLoss) < #require(rows[4].testLoss))
  }

  @Test("--log-every thins the step rows")
  func logEvery() throws {
    let folder = try RunFolder()
    try folder.train("--epochs", "2", "--log-every", "3").succeed()
    #expect(try folder.contents.steps("step") == [3, 6])
    #expect(try folder.contents.steps("epoch") == [4, 8])
  }

  /// The sheets of an epoch are what the commands draw from its checkpoint, so the same latents and
  /// images are drawn every time.
  @Test("the epochs' sheets are those that the commands draw")
  func sheets() throws {
    let folder = try RunFolder.trained()
    for (epoch, step) in [(1, 4), (2, 8)] {
      let checkpoint = "\(folder.run)/step-0000000\(step)"
      let (samples, pairs) = (folder.path("samples.png"), folder.path("pairs.png"))
      try Job(["sample", checkpoint, "--count", "64", "--output", samples]).succeed()
      try Job(["reconstruct", checkpoint, "--data", folder.data, "--output", pairs]).succeed()
      #expect(
        try folder.contents.bytes("samples/epoch-00\(epoch).png")
          == Data(contentsOf: URL(fileURLWithPath: samples)))
      #expect(
        try folder.contents.bytes("reconstructions/epoch-00\(epoch).png")
          == Data(contentsOf: URL(fileURLWithPath: pairs)))
    }
    #expect(
      try folder.contents.bytes("samples/epoch-001.png")
        != folder.contents.bytes("samples/epoch-002.png"))
  }

  @Test("the configuration is kept as the flags spell it")
  func configuration() throws {
    let folder = try RunFolder()
    try folder.train("--epochs", "1", "--seed", "18446744073709551615").succeed()
    let lines = try folder.contents.text("config.yaml").split(separator: "\n").sorted()
    let wanted = [
      "batch-size: 50", "beta: 1", "checkpoint-every: epoch", "data: \(folder.data)", "epochs: 1",
      "exchange: auto", "hidden: 16", "keep: all", "latent: 4", "learning-rate: 1e-3",
      "log-every: 1", "max-save-failures: 3", "model: vae", "on-nonfinite: stop", "optimizer: adam",
      "precision: fp32",
      "seed: 18446744073709551615", "teams: node", "tensorboard: 'on'", "wire: fp32",
    ]
    #expect(wanted.filter { !lines.contains(Substring($0)) } == [])
  }

  /// To a batch threads are like ranks: each has a shard, and each has its tiles.
  @Test(
    "the model does not depend on threads", arguments: ["node", "rank"],
    [(1, 2), (1, 3), (2, 2), (3, 5)])
  func threads(teams: String, count: (ranks: Int, threads: Int)) throws {
    let folder = try RunFolder()
    for (run, threads) in [("one", 1), ("many", count.threads)] {
      try folder.train(
        "--epochs", "1", "--teams", teams, "--threads-per-rank", "\(threads)", "--hidden", "7",
        "--latent", "33", "--batch-size", "129",
        on: .ranks(count.ranks), run: folder.path(run)
      ).succeed()
    }
    for name in ["model.safetensors", "optimizer.safetensors"] {
      let files = try ["one", "many"].map {
        try RunContents(folder.path($0)).bytes("latest/\(name)")
      }
      #expect(files[0] == files[1], "\(name)")
    }
    let losses = try ["1", "2"].map {
      try Job([
        "evaluate", folder.path("many"), "--data", folder.data, "--threads-per-rank", $0,
      ]).succeed().output
    }
    #expect(losses[0] == losses[1])
  }

  @Test("the seed decides the model, and nothing else does")
  func seed() throws {
    let folder = try RunFolder()
    let runs = [("a", "1"), ("b", "1"), ("c", "2")]
    for (name, seed) in runs {
      try folder.train("--epochs", "1", "--seed", seed, run: folder.path(name)).succeed()
    }
    let models = try runs.map { try RunContents(folder.path($0.0)).model() }
    #expect(models[0] == models[1])
    #expect(models[0] != models[2])
    for name in ["optimizer.safetensors", "state.json", "SHA256SUMS"] {
      let files = try ["a", "b"].map { try RunContents(folder.path($0)).bytes("latest/\(name)") }
      #expect(files[0] == files[1], "\(name)")
    }
  }
}
