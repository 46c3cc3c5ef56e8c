internal import Engine
internal import Formats
internal import Kernels
internal import Platform

/// What was measured for an ``ExchangeCell``: the figures of all rounds and their medians.
struct ExchangeRow: Codable {
  var cell: ExchangeCell

  /// The exchange that was in use in each round: one that the default has chosen can differ.
  var modes: [ExchangeMode]

  /// The number of ranks.
  var ranks: Int

  /// The bytes that the ranks of a machine give MPI for other machines in a full step, the mean over
  /// machines.
  var bytes: Int

  /// The fewest bytes that an all-reduce needs; nil for other exchanges, and for a single machine.
  var leastBytes: Int?

  var imagesPerSecond: MedianAndRange?
  var stepMilliseconds: MedianAndRange?

  /// Milliseconds of a full step in which ranks did nothing but exchange, the mean over ranks.
  var exchangeMilliseconds: MedianAndRange?

  /// Milliseconds of the gradient's all-reduce by itself, and of `MPI_Allreduce` over all ranks; nil
  /// where ``leastBytes`` is nil.
  var allReduceMilliseconds: MedianAndRange?
  /// See ``allReduceMilliseconds``.
  var flatMilliseconds: MedianAndRange?

  /// Sums up the measurements of `cell` in all `rounds`.
  init(_ cell: ExchangeCell, _ rounds: [Measurement]) {
    self.cell = cell
    ranks = rounds.first?.ranks ?? 0
    modes = rounds.compactMap(\.exchange.mode)
    bytes = rounds.first?.exchange.bytes ?? 0
    leastBytes = rounds.first?.exchange.leastBytes
    imagesPerSecond = MedianAndRange(rounds.map(\.imagesPerSecond))
    stepMilliseconds = MedianAndRange(rounds.map(\.stepMilliseconds))
    exchangeMilliseconds = MedianAndRange(rounds.map { $0.stageMilliseconds(.exchange) })
    allReduceMilliseconds = MedianAndRange(
      rounds.compactMap(\.exchange.allReduce).map { 1000 * $0.ours })
    flatMilliseconds = MedianAndRange(
      rounds.compactMap(\.exchange.allReduce).map { 1000 * $0.flat })
  }
}

/// All that a benchmark of exchanges found; the members of its JSON file.
package struct ExchangeReport: Codable, BenchResult {
  /// The launcher's options that name the machines.
  var machines: [String]

  /// The number of rounds, and the seconds of training in one measurement.
  var rounds: Int
  /// See ``rounds``.
  var seconds: Double

  /// The table.
  var rows: [ExchangeRow]

  /// See ``BenchResult``.
  package var lines: [String] {
    var table = TextTable(
      ["batch", "ranks", "exchange", "KB/step", "/least", "ms/step", "±", "in it", "images/s", ""],
      [.right, .right, .left, .right, .right, .right, .right, .right, .right, .left])
    for row in rows { table.add(entries(row)) }
    let heading = "\(machines.joined(separator: " ")); \(Figure.medians(rounds)), in turn"
    return [heading, ""] + table.lines + notes
  }

  private func entries(_ row: ExchangeRow) -> [String] {
    [
      "\(row.cell.batchSize)", "\(row.ranks)", label(row), (row.bytes / 1000).grouped,
      row.leastBytes.map { (Double(row.bytes) / Double($0)).twoDecimals } ?? "–",
      Figure.milliseconds(row.stepMilliseconds?.median),
      Figure.percent(row.stepMilliseconds?.spread),
      Figure.milliseconds(row.exchangeMilliseconds?.median),
      row.imagesPerSecond.map { Int($0.median).grouped } ?? "–",
      speedup(row).map { "\($0.twoDecimals) times as fast" } ?? "",
    ]
  }

  /// The exchange's name and, for the default, what it was.
  private func label(_ row: ExchangeRow) -> String {
    let chosen = ExchangeMode.allCases.filter(row.modes.contains).map(\.rawValue)
    guard row.cell.exchange == .auto, !chosen.isEmpty else { return row.cell.label }
    return "\(row.cell.label): \(chosen.joined(separator: " or "))"
  }

  /// How many times as fast the row's exchange is as the default exchange: the median over rounds of
  /// the ratio of images a second. nil for the default itself, and where a rate is missing.
  func speedup(_ row: ExchangeRow) -> Double? {
    let other = rows.first { $0.cell == row.cell.baseline && $0.cell != row.cell }
    guard let mine = row.imagesPerSecond?.values, let theirs = other?.imagesPerSecond?.values
    else { return nil }
    return zip(mine, theirs).map { $0 / $1 }.median
  }

  private var notes: [String] {
    guard rows.contains(where: { $0.bytes > 0 }) else {
      return ["", "All ranks share memory: there is nothing to exchange. Name more machines."]
    }
    let lines = rows.filter { $0.cell.exchange == .allReduce && $0.cell.wire == .fp32 }
      .compactMap(\.comparison)
    return lines.isEmpty ? [] : ["", "The gradient's all-reduce by itself:"] + lines
  }
}

extension ExchangeRow {
  /// A line that compares the all-reduce with `MPI_Allreduce`; nil where one of the two was not measured.
  fileprivate var comparison: String? {
    guard let ours = allReduceMilliseconds, let flat = flatMilliseconds,
      let ratio = zip(flat.values, ours.values).map({ $0 / $1 }).median
    else { return nil }
    return "  batch \(cell.batchSize), \(ranks) ranks: \(Figure.milliseconds(ours.median)) ms; "
      + "MPI_Allreduce of as many floats over all ranks \(Figure.milliseconds(flat.median)) ms, "
      + "\(ratio.twoDecimals) times as long"
  }
}
