internal import Engine
internal import Kernels
internal import Platform
internal import VAE

/// How fast training would be with other numbers of ranks and nodes, by a cost model that is fitted to
/// an earlier benchmark.
package struct Prediction {
  /// What a prediction is about; a property that is nil stands for the numbers that were measured.
  package struct Question {
    /// The network between nodes, in Gbit/s.
    package var gigabits = 10.0
    /// Microseconds from one node to another.
    package var latency = 30.0
    /// Microseconds of a core's time that a message costs its sender, and again its receiver.
    package var overhead = 3.0
    /// Ranks on each node.
    package var ranks: [Int]?
    /// Node counts.
    package var nodes = [1, 2, 4, 8, 16, 32]
    /// Images of a step, over all ranks.
    package var batchSizes: [Int]?

    /// All numbers of ranks and batch sizes that were measured, on up to 32 nodes.
    package init() {}

    var network: CostModel.Network {
      CostModel.Network(
        bandwidth: gigabits * 1e9 / 8, latency: latency * 1e-6, overhead: overhead * 1e-6)
    }
  }

  let model: CostModel
  private let measured: [BenchRow]
  private let question: Question
  private let ranks: [Int]
  private let nodes: [Int]
  private let batchSizes: [Int]

  /// Fits the model to the trustworthy rows of `report` (see ``FullSpeed``) in fp32 with one team on
  /// each node or, where those are too few, as on a virtual machine, to all rows of that kind.
  ///
  /// - Throws: `Failure` with `badData` where even all of them are too few.
  package init(_ question: Question, from report: BenchReport) throws {
    let all = report.rows.filter {
      $0.cell.precision == .fp32 && $0.cell.teams == .node && $0.milliseconds != nil
    }
    let trustworthy = all.filter(\.isTrustworthy)
    let isEnough = Set(trustworthy.map(\.cell.ranks)) == Set(all.map(\.cell.ranks))
    let choices = (isEnough ? [trustworthy] : []) + [all]
    let fits = choices.lazy.compactMap { rows in
      report.model.flatMap { CostModel(rows.compactMap(\.observation), $0) }.map { (rows, $0) }
    }
    guard let fit = fits.first else {
      throw Failure(
        .badData,
        "a prediction needs rows of two batch sizes at least; run "
          + "\(command: "bench"), without \(setting: "quick") and \(setting: "batch-sizes"), again")
    }
    (measured, model) = fit
    self.question = question
    ranks = Set(question.ranks ?? measured.map(\.cell.ranks)).sorted()
    nodes = Set(question.nodes).sorted()
    batchSizes = Set(question.batchSizes ?? measured.map(\.cell.batchSize)).sorted()
  }

  /// All lines, as a person reads them.
  package var lines: [String] {
    [parameters, ""] + check + doubt + [""] + grid + legend + [""] + batchSizes.map { limit($0) }
  }

  /// A warning about the measured figures; none where all of them are trustworthy.
  private var doubt: [String] {
    let count = measured.count { !$0.isTrustworthy }
    guard count > 0 else { return [] }
    return [
      "* \(count) of these \(measured.count) rows were measured while the cores were slower together "
        + "than one by one, as on most virtual machines: what is predicted may be as far from the "
        + "truth; run lockstep bench again, on a machine that nothing else uses"
    ]
  }

  private var parameters: String {
    "what a step costs, with one team on each node: "
      + "\((model.sample.slope * 1e6).twoDecimals) µs for each sample of a rank, "
      + "\((model.gradient.slope * 1e12).twoDecimals) ps for each sample and parameter, "
      + "\((model.gradient.offset * 1e9).twoDecimals) ns to update a parameter, "
      + "\((model.sample.offset * 1e6).twoDecimals) µs for the step itself, "
      + "\(Figure.percent(model.synchronisation)) more for waiting with each doubling of ranks; "
      + "network \(question.gigabits.twoDecimals) Gbit/s, latency \(question.latency.twoDecimals) µs, "
      + "overhead \(question.overhead.twoDecimals) µs a message"
  }

  /// A table of the measured rates to which the model was fitted, beside the rates that it predicts.
  private var check: [String] {
    var table = TextTable(
      ["batch", "ranks", "measured images/s", "predicted", "error"],
      Array(repeating: .right, count: 5))
    for row in measured {
      guard let rate = row.imagesPerSecond?.median else { continue }
      let predicted = step(ranks: row.cell.ranks, batchSize: row.cell.batchSize)
        .rate(row.cell.batchSize)
      table.add([
        "\(row.cell.batchSize)", "\(row.cell.ranks)",
        Int(rate).grouped + (row.isTrustworthy ? "" : "*"), Int(predicted).grouped,
        Figure.percent(predicted / rate - 1),
      ])
    }
    return table.lines
  }

  private var grid: [String] {
    var table = TextTable(
      ["batch", "ranks a node"] + nodes.map { Wording.count($0, "node") },
      Array(repeating: .right, count: nodes.count + 2))
    for batchSize in batchSizes {
      for ranks in ranks {
        table.add(
          ["\(batchSize)", "\(ranks)"]
            + nodes.map { nodes in
              let step = step(ranks: ranks, nodes: nodes, batchSize: batchSize)
              return Int(step.rate(batchSize)).grouped + (step.way == .allGather ? "°" : "")
            })
      }
    }
    return table.lines
  }

  /// What the sign in ``grid`` means; nothing where there is none.
  private var legend: [String] {
    grid.contains { $0.contains("°") } ? ["° where nodes all-gather; else they all-reduce"] : []
  }

  private func step(ranks: Int, nodes: Int = 1, batchSize: Int) -> CostModel.Step {
    model.step(ranks: ranks, nodes: nodes, batchSize: batchSize, over: question.network)
  }
}

extension CostModel.Step {
  /// Images a second in steps of `batchSize` images.
  fileprivate func rate(_ batchSize: Int) -> Double { Double(batchSize) / total }
}

extension Prediction {
  /// A line that tells up to how many nodes training gets faster, what a step on twice as many
  /// consists of, and how that could be changed.
  private func limit(_ batchSize: Int) -> String {
    let ranks = ranks.last!
    var count = 1
    // Twice the nodes must be faster by a fifth; otherwise the additional nodes are better used for
    // another run.
    var last = step(ranks: ranks, batchSize: batchSize)
    var step = step(ranks: ranks, nodes: 2, batchSize: batchSize)
    while count < 4096, step.total * 1.2 < last.total {
      count *= 2
      (last, step) = (step, self.step(ranks: ranks, nodes: 2 * count, batchSize: batchSize))
    }
    let parts = Self.parts(step).sorted { $0.seconds > $1.seconds }
    let shares = parts.prefix(3).map {
      "\($0.name) \(Figure.percent($0.seconds / step.total))"
    }
    return "batch \(batchSize), \(Wording.count(ranks, "rank")) a node: worth up to "
      + "\(Wording.count(count, "node")); on \(2 * count), where a step is hardly faster, it consists of "
      + shares.joined(separator: ", ") + ". To use more nodes: \(parts[0].remedy)."
  }

  private static func parts(
    _ step: CostModel.Step
  ) -> [(name: String, seconds: Double, remedy: String)] {
    [
      (
        "forward and backward", step.samples,
        "faster cores, or larger batches, so that each rank has more samples"
      ),
      ("weight gradients", step.gradients, "faster cores"),
      (
        "updates", step.update,
        "more ranks on each node, which share the updates, instead of more nodes"
      ),
      ("synchronisation", step.synchronisation, "fewer ranks on each node, or larger batches"),
      ("network latency", step.latency, "fewer and larger nodes, or a network with less latency"),
      (
        "messages", step.messages,
        "fewer and larger nodes, or a network whose messages cost a core less"
      ),
      (
        "network bytes", step.bytes,
        step.way == .allGather
          ? "a faster network"
          : "a faster network, or larger batches, since every step sends the same bytes"
      ),
    ]
  }
}

extension BenchRow {
  /// The figures of the row to which the model is fitted; nil where it has none.
  fileprivate var observation: CostModel.Observation? {
    guard let milliseconds, let stepMilliseconds else { return nil }
    return CostModel.Observation(
      ranks: cell.ranks, batchSize: cell.batchSize,
      samples: (milliseconds.batch + milliseconds.forward + milliseconds.backward) / 1000,
      gradients: milliseconds.gradients / 1000, step: stepMilliseconds / 1000)
  }
}
