import Foundation
import Support
import Testing

/// A run of two epochs, four steps each, with a checkpoint after every third step, and the same run as it is
/// when nothing disturbs it.
struct Undisturbed {
  let folder: RunFolder

  /// It lives as long as the process.
  private static let finished: Result<RunFolder, any Error> = Result {
    let folder = try RunFolder()
    try Job(words(folder)).succeed()
    atexit { try? FileManager.default.removeItem(at: Undisturbed.finished.get().folder.url) }
    return folder
  }

  /// How many calls on the run directory the run makes when nothing disturbs it; now and then a few less.
  static let callCount: Result<Int, any Error> = Result {
    let folder = try RunFolder()
    let calls = folder.path("calls")
    try Job(
      words(folder), environment: Shim.environment(run: folder.run, ["FAULT_CALLS": calls])
    ).succeed()
    return try Shim.calls(calls).count
  }

  private static func words(_ folder: RunFolder) -> [String] {
    folder.trainWords() + ["--epochs", "2", "--checkpoint-every", "3"]
  }

  init() throws { folder = try RunFolder() }

  /// The command, with a fault in its calls.
  func job(_ settings: [String: String] = [:], on launch: Launch = .alone) throws -> Job {
    let environment =
      try settings.isEmpty ? [:] : Shim.environment(run: folder.run, settings)
    return Job(Self.words(folder), launch, environment: environment)
  }

  /// Expects that whatever the fault has left is whole, and that the same command makes of it what it is when
  /// nothing disturbs it, but for pictures of which was told that there are none.
  func expectSameEnd(_ comment: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let contents = folder.contents
    for name in (try? contents.names()) ?? [] where name.hasPrefix("step-") {
      #expect(try contents.isWhole(name), "\(name) \(comment)", sourceLocation: sourceLocation)
    }
    let outcome = try job().command.run()
    #expect(
      outcome.status == 0, "\(outcome.reported) \(comment)", sourceLocation: sourceLocation)
    let finished = try Self.finished.get().contents
    for name in ["model.safetensors", "optimizer.safetensors", "state.json"] {
      #expect(
        try contents.bytes("latest/\(name)") == finished.bytes("latest/\(name)"), "\(comment)",
        sourceLocation: sourceLocation)
    }
    for kind in ["step", "epoch"] {
      #expect(
        try contents.steps(kind) == finished.steps(kind), "\(comment)",
        sourceLocation: sourceLocation)
    }
    // What a killed report has left stays for a minute.
    let left = try FileManager.default.subpathsOfDirectory(atPath: folder.run).filter {
      $0.hasPrefix(".unfinished") || $0.hasSuffix(".new")
        || $0.hasSuffix(".partial") && !$0.hasPrefix("report.html")
    }
    #expect(left.isEmpty, "\(left) \(comment)", sourceLocation: sourceLocation)
  }

  /// Whether the newest checkpoint is that of the undisturbed run's end.
  func isFinished() throws -> Bool {
    (try? folder.contents.model()) == (try Self.finished.get().contents.model())
  }
}
