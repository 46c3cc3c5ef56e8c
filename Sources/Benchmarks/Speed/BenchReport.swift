internal import Kernels
internal import Platform
internal import VAE

/// All that a benchmark of speed found; the members of its JSON file.
package struct BenchReport: Codable, BenchResult {
  /// The machine that the benchmark ran on.
  var machine: UsableCores

  /// For each number format that the processor has, what one core can do at most.
  var peaks: [Peak] = []

  /// Operations of training on one image; like ``model``, nil where nothing was measured.
  var operationsPerImage: Double?

  /// The sizes of the model.
  var model: ModelConfiguration?

  /// The number of rounds, and the seconds of training in one measurement.
  var rounds: Int
  /// See ``rounds``.
  var seconds: Double

  /// The table.
  var rows: [BenchRow] = []

  /// Seconds from the start of `mpirun` to its end, for a job of ``startupRanks`` ranks that trains
  /// for one step.
  var startup: MedianAndRange?
  /// See ``startup``.
  var startupRanks: Int

  /// How long training to a good test loss took, Lockstep first; empty for a quick benchmark.
  var timesToLoss: [TimeToLoss] = []

  /// What was measured of other programs.
  var peers: [PeerRow] = []

  /// What one core can do at most.
  struct Peak: Codable {
    /// The number format of the products.
    var precision: Precision
    /// The name of the instructions.
    var instructions: String
    /// Operations a second.
    var operationsPerSecond: Double
  }
}

extension BenchReport {
  /// The lines of ``BenchTable``.
  package var lines: [String] { BenchTable(report: self).lines }

  /// Reads the file that a benchmark of speed wrote at `path`.
  ///
  /// - Throws: `Failure` where the file cannot be read, or holds something else.
  package init(reading path: String) throws {
    guard let text = try? FileSystem.read(path) else {
      throw Failure(
        .inputOutput,
        "\(path): cannot be read; measure first: \(command: "bench") \(setting: "json", path)")
    }
    guard let report = JSONText.decoded(BenchReport.self, from: text) else {
      throw Failure(
        .badData,
        "\(path): this is not what \(command: "bench") writes; run \(command: "bench") "
          + "\(setting: "json", path)")
    }
    self = report
  }
}
