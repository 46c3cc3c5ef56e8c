internal import ArgumentParser
internal import Benchmarks
internal import Engine
internal import FoundationEssentials
internal import Kernels
internal import MPI
internal import Platform

/// `lockstep measure`: one measurement, which `lockstep bench` starts under mpirun. Hidden, since the
/// line that this command prints is for `lockstep bench` to read.
struct Measure: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train for a moment and print one measurement as JSON.", shouldDisplay: false)

  @OptionGroup var data: DataOption

  @Option(help: "The number format of the products.")
  var precision = Precision.fp32

  @Option(help: "node or rank.")
  var teams = TeamMode.node

  @Option(help: "auto, all-reduce or all-gather.")
  var exchange = ExchangeMode.auto

  @Option(help: "The number format in which gradients travel.")
  var wire = Precision.fp32

  @Option(parsing: .unconditional, help: "Images of a step over all ranks.")
  var batchSize = 128

  @Option(parsing: .unconditional, help: "Seconds to train for.")
  var seconds = 1.0

  @Option(parsing: .unconditional, help: "Seconds of a run that measures the processor's peak.")
  var peakSeconds = 0.05

  func validate() throws {
    guard (1...1 << 20).contains(batchSize) else {
      throw ValidationError("--batch-size must be from 1 to \(1 << 20)")
    }
    for (flag, value) in [("--seconds", seconds), ("--peak-seconds", peakSeconds)] {
      guard value > 0, value <= 3600 else {
        throw ValidationError("\(flag) must be more than 0 and at most 3600")
      }
    }
  }

  func run() throws {
    Job.run { world in
      var request = MeasurementRequest()
      request.precision = precision
      request.teams = teams
      request.exchange = exchange
      request.wire = wire
      request.batchSize = batchSize
      request.seconds = seconds
      request.peakSeconds = peakSeconds
      let measurement = try Measurement(request, data: data.directory, among: world)
      try world.tell([JSONText.line(measurement)])
      return .done
    }
  }
}
