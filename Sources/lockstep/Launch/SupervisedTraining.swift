internal import ArgumentParser
internal import Checkpoints
internal import Glibc
internal import Launch
internal import Platform

/// The `lockstep train` that `lockstep launch` starts.
struct SupervisedTraining: TrainingCommand {
  /// The words behind the program's name, as they were typed.
  private let typed: [String]
  private let train: Train

  var run: String { train.directory }
  var threads: Int { train.threads.count }
  var beginsAnew: Bool { train.checkpoints.origin == .none }
  var stopAfter: Double? { train.checkpoints.stopAfter }
  var stallAbort: Double { train.teams.stallAbort }
  var connectTimeout: Double { train.teams.connectTimeout }

  // Open MPI warns of each that is not set.
  var variables: [String] {
    Variables.ofJobs.filter { getenv($0) != nil || environment[$0] != nil }
  }

  /// Reads the command line `words`, of which the first is the command.
  ///
  /// - Throws: `Failure` where they are wrong; what prints the help, where they ask for that.
  init(_ words: [String]) throws {
    typed = words
    train = try Self.train(words)
    train.output.takeEffect()
  }

  private static func train(_ words: [String]) throws -> Train {
    var usage = Usage()
    usage.words = words
    do {
      try usage.requireFlags()
      let sources = try ArgumentSources(words)
      ProgramArguments.sources = sources.others
      var command = try Lockstep.parseAsRoot(sources.words)
      if let train = command as? Train { return train }
      try command.run()  // the help
      throw ValidationError("lockstep launch supervises train alone")
    } catch  where Lockstep.exitCode(for: error) != .success {
      throw Failure(.usage, Sentence(usage.sentence(about: error)))
    }
  }

  func words(_ start: TrainingOrigin, stopAfter: Double?, stallAbort: Double) -> [String] {
    var words = [OwnCommands.program] + typed
    // The last of several values counts.
    if case .newest = start { words += ["--resume", "auto"] }
    // A job that ends itself knows which rank stands still; train's own flag has precedence.
    let isChosen = self.stallAbort > 0 || typed.contains { $0.hasPrefix("--stall-abort") }
    if stallAbort > 0, !isChosen {
      words += ["--stall-abort", "\(stallAbort)"]
    }
    if let stopAfter { words += ["--stop-after", "\(stopAfter)"] }
    // Ranks write into pipes or terminals of the launcher's, and cannot see where these lead.
    if case .auto = train.output.progress {
      words += ["--progress", Terminal.isInteractive ? "always" : "never"]
    }
    return words
  }

  /// What ranks cannot see through the launcher: how wide the window is, and that files want no colors.
  var environment: [String: String] {
    var values: [String: String] = [:]
    if isatty(STDOUT_FILENO) == 0 { values["NO_COLOR"] = "1" }
    if isatty(STDERR_FILENO) == 1 { values["COLUMNS"] = "\(Terminal.width)" }
    return values
  }
}
