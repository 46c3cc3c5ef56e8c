internal import Engine
internal import Kernels

/// One row of the table of exchanges.
struct ExchangeCell: Codable, Hashable {
  /// Images of a step, over all ranks.
  let batchSize: Int

  /// The number of ranks; nil for one on every slot.
  let ranks: Int?

  /// What the machines exchange.
  let exchange: ExchangeMode

  /// The number format in which gradients travel.
  var wire = Precision.fp32

  /// What is exchanged, and how.
  var label: String { exchange.rawValue + (wire == .fp32 ? "" : " \(wire.rawValue)") }

  /// The row that others of as many images and ranks are held against: the defaults.
  var baseline: ExchangeCell {
    ExchangeCell(batchSize: batchSize, ranks: ranks, exchange: .allReduce)
  }

  /// A few words for whoever waits.
  var name: String {
    "\(label), " + (ranks.map { "\($0) ranks, " } ?? "") + "batch \(batchSize)"
  }
}

/// What of the exchange between machines is measured, all flags resolved.
struct ExchangePlan {
  /// The folder with the images, on every machine.
  let data: String

  /// mpirun's words for the machines.
  let machines: [String]

  /// The rows of the table; the exchanges of a batch size are neighbours.
  let cells: [ExchangeCell]

  /// How often everything is measured, in turn.
  let rounds: Int

  /// Seconds of training in one measurement.
  let seconds: Double

  /// Fills in what the flags leave open.
  init(
    data: String, machines: [String], isQuick: Bool, ranks: [Int]?, batchSizes: [Int]?,
    rounds: Int?, seconds: Double?
  ) {
    self.data = data
    self.machines = machines
    self.rounds = rounds ?? (isQuick ? 3 : 5)
    self.seconds = seconds ?? (isQuick ? 0.3 : 1)
    let counts: [Int?] = ranks ?? [nil]
    cells = counts.flatMap { ranks in
      (batchSizes ?? [128, 512, 2048]).flatMap { batchSize in
        [(.allReduce, .fp32), (.allReduce, .bf16), (.allGather, .fp32)].map {
          ExchangeCell(batchSize: batchSize, ranks: ranks, exchange: $0, wire: $1)
        }
      }
    }
  }

  /// The words of the program that measures `cell`.
  func words(_ cell: ExchangeCell) -> [String] {
    [
      "measure", "--exchange", cell.exchange.rawValue, "--wire", cell.wire.rawValue,
      "--batch-size", "\(cell.batchSize)",
      "--seconds", "\(seconds)", "--peak-seconds", "0.01", "--data", data,
    ]
  }
}
