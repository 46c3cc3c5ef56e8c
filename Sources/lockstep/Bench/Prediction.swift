internal import Benchmarks
internal import Engine
internal import Kernels
internal import Platform
internal import VAE

/// What a cost model, fitted to an earlier bench, says of other numbers of ranks and nodes.
struct Prediction {
  let model: CostModel
  private let measured: [BenchRow]
  private let network: CostModel.Network
  private let told: String
  private let ranks: [Int]
  private let nodes: [Int]
  private let batchSizes: [Int]

  /// Fits the model to the fp32 rows of `report` that were measured on a whole machine; to all of
  /// them where those are too few, as on a virtual machine, whose cores seldom are.
  init(
    _ report: BenchReport, _ options: PredictionOptions, ranks: [Int]?, batchSizes: [Int]?
  ) throws {
    let all = report.rows.filter {
      $0.cell.precision == .fp32 && $0.cell.teams == .node && $0.milliseconds != nil
    }
    let whole = all.filter(\.isWhole)
    let isEnough = Set(whole.map(\.cell.ranks)) == Set(all.map(\.cell.ranks))
    let choices = (isEnough ? [whole] : []) + [all]
    let fits = choices.lazy.compactMap { rows in
      report.model.flatMap { CostModel(rows.compactMap(\.observation), $0) }.map { (rows, $0) }
    }
    guard let fit = fits.first else {
      throw Failure(
        .badData,
        "a prediction needs rows of two batch sizes at least; run lockstep bench, without --quick "
          + "and --batch-sizes, again")
    }
    (measured, model) = fit
    network = options.network
    told = "\(options.gigabits.twoDecimals) Gbit/s, \(options.microseconds.twoDecimals) µs"
    self.ranks = Set(ranks ?? measured.map(\.cell.ranks)).sorted()
    nodes = Set(options.nodes?.numbers ?? [1, 2, 4, 8, 16, 32]).sorted()
    self.batchSizes = Set(batchSizes ?? measured.map(\.cell.batchSize)).sorted()
  }

  /// All lines.
  var lines: [String] {
    [parameters, ""] + check + doubt + [""] + grid + [""] + batchSizes.map { limit($0) }
  }

  /// What speaks against the figures; nothing where all were measured on a whole machine.
  private var doubt: [String] {
    let count = measured.count { !$0.isWhole }
    guard count > 0 else { return [] }
    return [
      "* \(count) of these \(measured.count) rows were measured while the machine's cores were not "
        + "whole, as those of virtual machines seldom are: what is predicted may be as far off; "
        + "run lockstep bench again, on a machine that nothing else uses"
    ]
  }

  private var parameters: String {
    "a step on N nodes of R ranks, teams by node: "
      + "\((model.sample.slope * 1e6).twoDecimals) µs a sample of a rank, "
      + "\((model.gradient.slope * 1e12).twoDecimals) ps a sample and parameter, "
      + "\((model.gradient.offset * 1e9).twoDecimals) ns a parameter updated, "
      + "\((model.sample.offset * 1e6).twoDecimals) µs a step, \(Figure.percent(model.synchronisation)) "
      + "of waiting for each doubling of ranks; "
      + "network \(told)"
  }

  /// The rows that the model was fitted to, beside what it says of them.
  private var check: [String] {
    var table = TextTable(
      ["batch", "ranks", "measured images/s", "predicted", "error"],
      Array(repeating: .right, count: 5))
    for row in measured {
      guard let rate = row.imagesPerSecond?.median else { continue }
      let predicted = self.rate(row.cell.ranks, 1, row.cell.batchSize)
      table.add([
        "\(row.cell.batchSize)", "\(row.cell.ranks)",
        Int(rate).grouped + (row.isWhole ? "" : "*"), Int(predicted).grouped,
        Figure.percent(predicted / rate - 1),
      ])
    }
    return table.lines
  }

  private var grid: [String] {
    var table = TextTable(
      ["batch", "ranks a node"] + nodes.map { $0 == 1 ? "1 node" : "\($0) nodes" },
      Array(repeating: .right, count: nodes.count + 2))
    for batchSize in batchSizes {
      for ranks in ranks {
        table.add(
          ["\(batchSize)", "\(ranks)"]
            + nodes.map { Int(rate(ranks, $0, batchSize)).grouped })
      }
    }
    return table.lines
  }

  private func rate(_ ranks: Int, _ nodes: Int, _ batchSize: Int) -> Double {
    Double(batchSize)
      / model.step(ranks: ranks, nodes: nodes, batchSize: batchSize, network).total
  }
}

extension Prediction {
  /// Up to how many nodes more of them pay, what a step is made of there, and what would move it.
  private func limit(_ batchSize: Int) -> String {
    let ranks = ranks.last!
    var count = 1
    // Twice the nodes ought to give a fifth more, or they are better used on another run.
    while count < 4096,
      rate(ranks, 2 * count, batchSize) > 1.2 * rate(ranks, count, batchSize)
    {
      count *= 2
    }
    let step = model.step(ranks: ranks, nodes: 2 * count, batchSize: batchSize, network)
    let parts = Self.parts(step).sorted { $0.seconds > $1.seconds }
    let shares = parts.prefix(3).map {
      "\($0.name) \(Figure.percent($0.seconds / step.total))"
    }
    return "batch \(batchSize), \(ranks) \(ranks == 1 ? "rank" : "ranks") a node: scales to "
      + "\(count) \(count == 1 ? "node" : "nodes"); at \(2 * count) a step is "
      + shares.joined(separator: ", ") + ". To move it: \(parts[0].remedy)."
  }

  private static func parts(
    _ step: CostModel.Step
  ) -> [(name: String, seconds: Double, remedy: String)] {
    [
      (
        "forward and backward", step.samples,
        "faster cores, or larger batches: shards have six rows"
      ),
      ("weight gradients", step.gradients, "faster cores"),
      ("updates", step.update, "more ranks a node, which share them, in place of nodes"),
      ("synchronisation", step.synchronisation, "fewer ranks a node, or larger batches"),
      ("network latency", step.latency, "fewer and larger nodes, a network with less latency"),
      ("network bytes", step.bytes, "a wider network, or larger batches: bytes are a step's"),
    ]
  }
}

extension BenchRow {
  /// The row as the model is fitted to it.
  fileprivate var observation: CostModel.Observation? {
    guard let milliseconds, let stepMilliseconds else { return nil }
    return CostModel.Observation(
      ranks: cell.ranks, batchSize: cell.batchSize,
      samples: (milliseconds.batch + milliseconds.forward + milliseconds.backward) / 1000,
      gradients: milliseconds.gradients / 1000, step: stepMilliseconds / 1000)
  }
}
