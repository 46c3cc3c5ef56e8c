internal import Training

/// What was measured of an exchange: the rounds' figures and their medians.
struct ExchangeRow: Codable {
  var cell: ExchangeCell

  /// The number of ranks.
  var ranks: Int

  /// Bytes that a full step must bring to a machine from the others.
  var bytes: Int

  var imagesPerSecond: Summary?
  var stepMilliseconds: Summary?

  /// Milliseconds a full step in the exchange, the mean over ranks.
  var exchangeMilliseconds: Summary?

  /// Sums up what the rounds found.
  init(_ cell: ExchangeCell, _ rounds: [Measurement]) {
    self.cell = cell
    ranks = rounds.first?.ranks ?? 0
    bytes = rounds.first?.exchangeBytes ?? 0
    imagesPerSecond = Summary(rounds.map(\.imagesPerSecond))
    stepMilliseconds = Summary(rounds.map(\.stepMilliseconds))
    exchangeMilliseconds = Summary(rounds.map { $0.stageMilliseconds(.exchange) })
  }
}

/// All that was found of the exchanges: what the JSON file holds.
struct ExchangeReport: Codable {
  /// mpirun's words for the machines.
  var machines: [String]

  /// Rounds, and the seconds of one measurement.
  var rounds: Int
  /// See ``rounds``.
  var seconds: Double

  /// The table.
  var rows: [ExchangeRow]

  /// All lines, as a person reads them.
  var lines: [String] {
    var table = TextTable(
      ["batch", "ranks", "exchange", "KB/step", "ms/step", "±", "in it", "images/s", ""],
      [.right, .right, .left, .right, .right, .right, .right, .right, .left])
    for row in rows { table.add(entries(row)) }
    let heading = "\(machines.joined(separator: " ")); \(Figure.medians(rounds)), in turn"
    return [heading, ""] + table.lines + notes
  }

  private func entries(_ row: ExchangeRow) -> [String] {
    [
      "\(row.cell.batchSize)", "\(row.ranks)", row.cell.exchange.rawValue,
      (row.bytes / 1000).grouped, Figure.milliseconds(row.stepMilliseconds?.median),
      Figure.percent(row.stepMilliseconds?.spread),
      Figure.milliseconds(row.exchangeMilliseconds?.median),
      row.imagesPerSecond.map { Int($0.median).grouped } ?? "–",
      lead(row).map { "\($0.twoDecimals) times as fast" } ?? "",
    ]
  }

  /// How many times as fast the row's exchange is as the other, the median of the rounds' own ratios;
  /// nil where it is not faster.
  func lead(_ row: ExchangeRow) -> Double? {
    let other = rows.first {
      $0.cell.batchSize == row.cell.batchSize && $0.cell.ranks == row.cell.ranks
        && $0.cell.exchange != row.cell.exchange
    }
    guard let mine = row.imagesPerSecond?.values, let theirs = other?.imagesPerSecond?.values,
      let ratio = Summary(zip(mine, theirs).map { $0 / $1 })?.median, ratio > 1
    else { return nil }
    return ratio
  }

  private var notes: [String] {
    rows.allSatisfy { $0.bytes == 0 }
      ? ["", "All ranks share memory: there is nothing to exchange. Name more machines."] : []
  }
}
