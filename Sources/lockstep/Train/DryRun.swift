internal import Checkpoints
internal import MPI
internal import Platform
internal import Runs

/// What `lockstep train --dry-run` prints: the configuration, and the plan as comments, so that the
/// whole text can serve as a file for `--config`.
struct DryRun {
  private let forecast: TrainingForecast
  private let ranks: Int
  private let threads: Int

  /// Finds out what the run would do that `request` asks for in the directory `path`; collective.
  init(_ request: RunRequest, path: String, among world: borrowing Communicator) throws {
    forecast = try TrainingForecast(request, path: path, among: world)
    ranks = world.size
    threads = request.threadsPerRank
  }

  /// All lines to print, on rank zero.
  var lines: [String] {
    guard LogFormat.current == .text else { return [JSONLine(row).text] }
    return forecast.text.split(separator: "\n").map(String.init) + plan.map { "# \($0)" }
  }

  private var row: PlanRow {
    PlanRow(forecast, ranks: ranks, threads: threads)
  }

  private var plan: [String] {
    let (configuration, share) = (forecast.configuration, forecast.share)
    let parameters =
      configuration.initialParameters.map { "those of \($0)" } ?? "drawn from the seed"
    let begins =
      forecast.checkpoint.map { "after step \(forecast.step), from \($0)" }
      ?? "with step 1, parameters \(parameters)"
    let each =
      share.lowerBound == share.upperBound
      ? share.lowerBound.grouped : "\(share.lowerBound.grouped) to \(share.upperBound.grouped)"
    let end =
      forecast.lastStep < configuration.epochs * forecast.stepsPerEpoch
      ? "step \(forecast.lastStep.grouped)" : "epoch \(configuration.epochs)"
    let seconds =
      Double(forecast.stepsLeft) / Double(forecast.stepsPerEpoch)
      * Double(forecast.images.train) / forecast.imagesPerSecond
    let moves = forecast.previous.map { ["moves    another run's files to \($0)"] } ?? []
    return ["begins   \(begins)"] + moves + [
      "ranks    \(ranks)\(threads == 1 ? "" : " of \(threads) threads"), in "
        + "\(forecast.teams) \(forecast.teams == 1 ? "team" : "teams")",
      "data     \(forecast.images.train.grouped) images to train on, "
        + (forecast.images.validation == 0
          ? "" : "\(forecast.images.validation.grouped) to validate on, ")
        + "\(forecast.images.test.grouped) to test on",
      "shares   \(each) images of a full step for each rank",
      "steps    \(forecast.stepsPerEpoch.grouped) an epoch, \(forecast.stepsLeft.grouped) left to "
        + end + (forecast.patience.map { ": \($0.reason.text(in: .commandLine))" } ?? ""),
      "memory   \(Self.mebibytes(forecast.memory.node)) MiB shared by a node's ranks, "
        + "\(Self.mebibytes(forecast.memory.rank)) MiB beside it for each rank",
      "time     \(Self.duration(seconds)) of training at \(Int(forecast.imagesPerSecond).grouped) "
        + "images/s, as in a trial of half a second",
      "Nothing was trained, and nothing written.",
    ]
  }

  private static func mebibytes(_ bytes: Int) -> Int { (bytes + (1 << 20) - 1) >> 20 }

  private static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<100: "about \(Int(seconds.rounded(.up))) s"
    case ..<6000: "about \(Int((seconds / 60).rounded())) minutes"
    default: "about \(Int((seconds / 3600).rounded())) hours"
    }
  }
}

/// The configuration and the plan for programs: `--log-format json`.
private struct PlanRow: Encodable {
  let kind = "plan"
  let configuration: RunConfiguration
  let checkpoint: String?
  let previous: String?
  let step: Int
  let lastStep: Int
  let reason: String?
  let stepsPerEpoch: Int
  let ranks: Int
  let threads: Int
  let teams: Int
  let bytesOfNode: Int
  let bytesOfRank: Int
  let imagesPerSecond: Double

  /// The plan of `ranks` ranks with `threads` threads each.
  init(_ forecast: TrainingForecast, ranks: Int, threads: Int) {
    (configuration, checkpoint) = (forecast.configuration, forecast.checkpoint)
    (previous, step, lastStep) = (forecast.previous, forecast.step, forecast.lastStep)
    reason = forecast.patience?.reason.text(in: .commandLine)
    (stepsPerEpoch, teams) = (forecast.stepsPerEpoch, forecast.teams)
    (self.ranks, self.threads) = (ranks, threads)
    (bytesOfNode, bytesOfRank) = (forecast.memory.node, forecast.memory.rank)
    imagesPerSecond = forecast.imagesPerSecond
  }

  enum CodingKeys: String, CodingKey {
    case kind, configuration, checkpoint, previous, step
    case lastStep = "last_step"
    case reason
    case stepsPerEpoch = "steps_per_epoch"
    case ranks, threads, teams
    case bytesOfNode = "node_bytes"
    case bytesOfRank = "rank_bytes"
    case imagesPerSecond = "images_per_second"
  }
}
