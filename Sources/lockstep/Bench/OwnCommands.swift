internal import Benchmarks
internal import Engine
internal import Glibc
internal import Kernels
internal import Platform

/// Spells the command lines with which `lockstep bench` starts this program again.
struct OwnCommands: ChildCommands {
  let vocabulary = Vocabulary.commandLine

  func measure(_ request: MeasurementRequest, data: String) -> [String] {
    [
      Self.program, "measure", "--precision", request.precision.rawValue,
      "--teams", request.teams.rawValue, "--exchange", request.exchange.rawValue,
      "--wire", request.wire.rawValue, "--batch-size", "\(request.batchSize)",
      "--seconds", "\(request.seconds)", "--peak-seconds", "\(request.peakSeconds)", "--data", data,
    ]
  }

  func train(data: String, run: String, maxSteps: Int?) -> [String] {
    // The time of a short run must not include the time of writing a report.
    train(data: data, run: run)
      + (maxSteps.map { ["--max-steps", "\($0)", "--report", "off"] } ?? [])
  }

  func train(_ cell: ProofCell, data: String, run: String) -> [String] {
    let subject = cell.subject
    return train(data: data, run: run) + [
      "--precision", subject.precision.rawValue, "--batch-size", "\(subject.batchSize)",
      "--threads-per-rank", "\(cell.threads)", "--teams", cell.teams.rawValue,
      "--max-steps", "\(subject.steps)",
      "--epochs", "\(subject.steps)", "--log-every", "1", "--report", "off", "--tensorboard", "off",
    ]
  }

  private func train(data: String, run: String) -> [String] {
    [Self.program, "train", "--data", data, "--run", run, "--progress", "never"]
  }

  /// The path of this program's file. The link in /proc that ``ProgramFile`` names would lead to another
  /// file in a child.
  static var program: String {
    guard let path = realpath(ProgramFile.path, nil) else { return ProgramFile.path }
    defer { free(path) }
    return String(cString: path)
  }
}
