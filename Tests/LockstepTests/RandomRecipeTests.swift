import Foundation
import Support
import Testing

/// The promise for every recipe: models of random ones have one hash on any ranks, threads and teams that
/// gather, and after a stop.
///
/// `RANDOM_RECIPES=SEED` draws others than those that are always tested.
@Suite struct RandomRecipeTests {
  /// Numbers that follow from a seed: SplitMix64 of Steele, Lea and Flood, 2014.
  private struct Draws {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func below(_ count: Int) -> Int {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return Int((z ^ (z >> 31)) % UInt64(count))
    }

    mutating func one<Value>(_ values: Value...) -> Value { values[below(values.count)] }
  }

  /// The flags of each schedule.
  private static let schedules = [
    [], ["--schedule", "cosine", "--schedule-epochs", "3"],
    ["--schedule", "step", "--milestones", "1", "--warmup-steps", "3"],
    ["--schedule", "plateau", "--plateau-epochs", "1", "--validation", "31"],
  ]

  /// Flags of a valid recipe, the one with this `number`: each schedule has its turn.
  private static func recipe(_ draws: inout Draws, number: Int) -> [String] {
    let model = draws.one("vae", "vae", "autoencoder", "conditional")
    var flags = [
      "--model", model, "--hidden", draws.one("16", "9,12", "20,8,5"),
      "--latent", draws.one("1", "3", "17"), "--activation", draws.one("relu", "tanh"),
      "--output-bias", draws.one("uniform", "mean"), "--batch-size", draws.one("7", "50", "64"),
      "--seed", draws.one("1", "99"), "--pixels", draws.one("grey", "static", "dynamic"),
    ]
    flags += rule(&draws) + schedules[number % schedules.count]
    if !flags.contains("--validation") { flags += draws.one([], ["--validation", "31"]) }
    guard model != "autoencoder" else { return flags }
    let bound = draws.one("elbo", "elbo", "iwae", "dreg")
    let samples = bound == "elbo" ? draws.one("1", "3") : draws.one("2", "5")
    flags += ["--objective", bound, "--importance-samples", samples, "--pixels"]
    flags.append(bound == "elbo" ? draws.one("grey", "static") : draws.one("static", "dynamic"))
    guard bound == "elbo" else { return flags }
    return flags + [
      "--beta", draws.one("1", "0.5", "4"), "--kl-warmup", draws.one("0", "1", "2"),
      "--free-bits", draws.one("0", "0.3"),
    ]
  }

  /// Flags of the optimizer.
  private static func rule(_ draws: inout Draws) -> [String] {
    let flags = draws.one(
      ["--optimizer", "adam", "--epsilon", "1e-4"], ["--optimizer", "adamw"],
      ["--optimizer", "sgd", "--learning-rate", "1e-4", "--momentum", "0.5"])
    return flags + draws.one([], ["--clip-gradient", "5"])
  }

  private static let seed =
    ProcessInfo.processInfo.environment["RANDOM_RECIPES"].flatMap { UInt64($0) } ?? 1

  @Test("ranks, threads, teams and a stop leave no trace", arguments: 0..<6)
  func bits(number: Int) throws {
    var draws = Draws(seed: Self.seed &* 1000 &+ UInt64(number))
    let flags = Self.recipe(&draws, number: number)
    let folder = try RunFolder()
    let base = ["train", "--data", folder.data, "--epochs", "3", "--log-every", "5"]
    func train(_ name: String, _ launch: Launch, _ words: String...) throws -> RunContents {
      let run = folder.path(name)
      try Job(base + ["--run", run] + flags + words, launch).succeed()
      return RunContents(run)
    }
    let alone = try train("alone", .alone)
    let stop = "\(1 + draws.below(169 / 64))"
    _ = try train("stopped", draws.one(.alone, .ranks(2)), "--max-steps", stop)
    let others = [
      ("two ranks of two threads", try train("two", .ranks(2), "--threads-per-rank", "2")),
      ("three ranks", try train("three", .ranks(3))),
      (
        "two teams",
        try train(
          "teams", .ranks(2), "--teams", "rank", "--exchange",
          draws.one("auto", "all-reduce", "all-gather"))
      ),
      ("stopped at step \(stop)", try train("stopped", .ranks(draws.one(1, 3)))),
    ]
    for (name, other) in others {
      let digests = try [alone, other].map { try $0.digest() }
      #expect(digests[0] == digests[1], "\(name): \(flags.joined(separator: " "))")
    }
    let losses = try alone.rows().map { $0.loss ?? $0.trainLoss ?? .nan }
    #expect(!losses.contains { !$0.isFinite })
    let (mine, theirs) = (try alone.rows().last, try others[1].1.rows().last)
    #expect(mine?.trainLoss == theirs?.trainLoss)
  }
}
