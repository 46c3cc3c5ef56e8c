internal import Engine
internal import Kernels

/// What one row of the table of exchanges is about.
struct ExchangeCell: Codable, Hashable {
  /// Images of a step, over all ranks.
  let batchSize: Int

  /// The number of ranks; nil for one rank on every slot of the machines.
  let ranks: Int?

  /// What the machines exchange.
  let exchange: ExchangeMode

  /// The number format in which gradients travel.
  var wire = Precision.fp32

  /// The exchange's name in the table, as in "all-reduce bf16".
  var label: String { exchange.rawValue + (wire == .fp32 ? "" : " \(wire.rawValue)") }

  /// The row that this row is compared with: the default exchange with the same batch size and the
  /// same number of ranks.
  var baseline: ExchangeCell {
    ExchangeCell(batchSize: batchSize, ranks: ranks, exchange: .auto)
  }

  /// All exchanges of a batch size, the default first.
  fileprivate static func all(batchSize: Int, ranks: Int?) -> [ExchangeCell] {
    let choices: [(ExchangeMode, Precision)] = [
      (.auto, .fp32), (.allReduce, .fp32), (.allReduce, .bf16), (.allGather, .fp32),
    ]
    return choices.map {
      ExchangeCell(batchSize: batchSize, ranks: ranks, exchange: $0, wire: $1)
    }
  }

  /// A few words that name the row while it is measured.
  var name: String {
    "\(label), " + (ranks.map { "\($0) ranks, " } ?? "") + "batch \(batchSize)"
  }
}

/// What a benchmark of exchanges measures: the exchanges to compare, and how.
struct ExchangeComparison {
  /// The folder with the images, on rank zero's machine.
  let data: String

  /// The launcher's options that name the machines.
  let machines: [String]

  /// What the rows of the table are about; the exchanges of one batch size follow one another.
  let cells: [ExchangeCell]

  /// The number of rounds. In each round every row is measured once.
  let rounds: Int

  /// Seconds of training in one measurement.
  let seconds: Double

  /// Takes `choices`, and defaults for choices that are nil.
  init(_ choices: BenchChoices, machines: [String]) {
    data = choices.data
    self.machines = machines
    rounds = choices.rounds ?? (choices.isQuick ? 3 : 5)
    seconds = choices.seconds ?? (choices.isQuick ? 0.3 : 1)
    let counts: [Int?] = choices.ranks ?? [nil]
    cells = counts.flatMap { ranks in
      (choices.batchSizes ?? [128, 512, 2048]).flatMap { batchSize in
        ExchangeCell.all(batchSize: batchSize, ranks: ranks)
      }
    }
  }

  /// What a job must measure for the row `cell`.
  func request(_ cell: ExchangeCell) -> MeasurementRequest {
    var request = MeasurementRequest()
    request.exchange = cell.exchange
    request.wire = cell.wire
    request.batchSize = cell.batchSize
    request.seconds = seconds
    request.peakSeconds = 0.01
    return request
  }
}
