internal import Engine
internal import Kernels
internal import Platform
internal import Ranks

/// The report of a benchmark of speed, as a person reads it.
struct BenchTable {
  let report: BenchReport

  /// All lines.
  var lines: [String] {
    [heading, ""] + rows + notes + [""] + parts + peers
  }

  private var heading: String {
    let machine = report.machine
    let peaks = report.peaks.map {
      "\($0.precision.rawValue) \(Figure.giga($0.operationsPerSecond)) GFLOP/s a core "
        + "(\($0.instructions))"
    }
    return "\(machine.processor), \(Wording.count(machine.count, "core")); "
      + (["peak"] + peaks).joined(separator: " ")
      + "; \(Figure.medians(report.rounds))"
  }

  private var rows: [String] {
    var table = TextTable(
      [
        "", "ranks", "teams", "batch", "images/s", "±", "peak", "effic.", "ms/step", "batch",
        "forward", "backward", "gradients", "exchange", "waiting",
      ], [.left, .right, .left] + Array(repeating: .right, count: 12))
    for precision in Precision.allCases {
      let rows = report.rows.filter { $0.cell.precision == precision }
      if let reason = rows.first?.unavailable, rows.allSatisfy({ $0.unavailable == reason }) {
        table.add([precision.rawValue, reason])
      } else {
        for row in rows { table.add(entries(row)) }
      }
    }
    return table.lines
  }

  private func entries(_ row: BenchRow) -> [String] {
    let cell = row.cell
    let head = [
      cell.precision.rawValue, "\(cell.ranks)", cell.ranks == 1 ? "–" : cell.teams.rawValue,
      "\(cell.batchSize)",
    ]
    guard let rate = row.imagesPerSecond else { return head + [row.unavailable ?? "–"] }
    let mark = row.wholeRounds < row.rounds ? "*" : ""
    return head + [
      Int(rate.median).grouped + mark, Figure.percent(rate.spread),
      Figure.percent(row.fractionOfPeak), Figure.percent(row.efficiency),
      Figure.milliseconds(row.stepMilliseconds),
    ] + (row.milliseconds?.all.map { Figure.milliseconds($0) } ?? [])
  }

  private var notes: [String] {
    let marked = report.rows.filter { $0.wholeRounds < $0.rounds }
    guard !marked.isEmpty else { return [] }
    let rounds = marked.reduce(0) { $0 + $1.rounds - $1.wholeRounds }
    let all = report.rows.reduce(0) { $0 + $1.rounds }
    let kept = marked.count { !$0.isTrustworthy }
    return [
      "* In \(rounds) of \(all) measurements the cores were slower together than one by one: before or "
        + "after, they reached less than",
      "  \(Int(100 * FullSpeed.threshold))% of the sum of their single peaks. "
        + (kept == 0
          ? "These measurements are left out."
          : "These measurements are left out, except from rows in which they are the majority: "
            + "do not trust \(kept) of \(report.rows.count) rows."),
    ]
  }
}

extension BenchTable {
  /// The row from which the figures of a step's parts are taken: the first measured row of a single
  /// rank. nil where there is none.
  private var lone: BenchRow? {
    report.rows.first { $0.cell.ranks == 1 && $0.imagesPerSecond != nil }
  }

  private var parts: [String] {
    var table = TextTable(["", ""], [.left, .left])
    if let lone, let whole = lone.fractionOfPeak {
      let place = "1 rank, batch \(lone.cell.batchSize)"
      table.add(["whole step, \(place)", "\(Figure.percent(whole)) of the peak"])
      if let gradients = lone.gradientFractionOfPeak, gradients > 0 {
        table.add([
          "weight gradients with the update in the same tile, \(place)",
          "\(Figure.percent(gradients)) of the peak",
        ])
      }
    }
    if let startup = report.startup {
      table.add([
        "one step of training on \(Wording.count(report.startupRanks, "rank")), start to end",
        "\(startup.median.twoDecimals) s (\(startup.smallest.twoDecimals) to "
          + "\(startup.largest.twoDecimals))",
      ])
    }
    for time in report.timesToLoss { table.add([Self.goal + time.name, Self.sentence(time)]) }
    if let operations = report.operationsPerImage {
      table.add([
        "operations of training on an image",
        "\((operations / 1e6).twoDecimals) MFLOP (products forward, backward, gradients)",
      ])
    }
    return Array(table.lines.dropFirst())
  }

  private static let goal = "to a test loss of \(TimeToLoss.target), "

  private static func sentence(_ time: TimeToLoss) -> String {
    let epochs = Wording.count(time.epochs, "epoch")
    guard let seconds = time.seconds else {
      return "not reached: \(time.testLoss.twoDecimals) after \(epochs)"
    }
    return "\(seconds.twoDecimals) s of training, \(epochs), evaluations not counted"
  }

  private var peers: [String] {
    guard !report.peers.isEmpty else { return [] }
    let precisions = report.peers.flatMap { $0.ratios.map(\.precision) }
    let shown = Precision.allCases.filter { precisions.contains($0) }
    var table = TextTable(
      ["batch 128, \(report.startupRanks) cores", "images/s", "±"]
        + shown.flatMap { ["Lockstep \($0.rawValue) over it", "from", "to"] },
      [.left, .right, .right] + Array(repeating: .right, count: 3 * shown.count))
    for row in report.peers {
      guard let rate = row.imagesPerSecond else {
        table.add([row.peer.name, row.unavailable ?? "–"])
        continue
      }
      let ratios = shown.flatMap { precision -> [String] in
        guard let ratio = row.ratios.first(where: { $0.precision == precision }) else {
          return ["–", "–", "–"]
        }
        let summary = ratio.lockstepOverPeer
        return [summary.median, summary.smallest, summary.largest].map(\.twoDecimals)
      }
      table.add(
        [row.peer.name, Int(rate.median).grouped, Figure.percent(rate.spread)] + ratios)
    }
    return [""] + table.lines
  }
}
