internal import ArgumentParser
internal import Glibc
internal import MPI
internal import Training

/// The root of the command line.
struct Lockstep: ParsableCommand {
  /// A paragraph of help; the manual has a section of it.
  static let exitCodes = {
    let codes = Training.ExitCode.allCases.map { "\($0.rawValue) \($0.meaning)" }
    return "Exit codes: \(codes.joined(separator: ", "))."
  }()

  static let configuration = CommandConfiguration(
    commandName: "lockstep",
    abstract: "Train a variational autoencoder on MNIST, one replica on each MPI rank.",
    discussion: """
      Every command runs alone or under mpirun (MPICH's mpiexec.hydra), and its results are the same either way:

        lockstep train
        mpirun -n 4 lockstep train --epochs 20
        mpirun -n 4 lockstep sample checkpoints/mnist --count 64 --output samples.png

      CHECKPOINT is a run directory (its newest whole checkpoint is used), a checkpoint directory \
      or a .safetensors file.

      \(exitCodes)
      """,
    version: Version.full,
    subcommands: [
      Train.self, Evaluate.self, Sample.self, Reconstruct.self, Encode.self, Export.self,
      Report.self, Inspect.self, Doctor.self, Bench.self, Measure.self, Manual.self,
    ])
}

@main
enum Program {
  static func main() {
    Terminal.surviveFailedWrites()
    var sources: ArgumentSources?
    do {
      sources = try ArgumentSources(Array(CommandLine.arguments.dropFirst()))
      if Launcher.rank == 0 { sources?.warnings.forEach(Job.tell) }
      var command = try Lockstep.parseAsRoot(sources?.words)
      try command.run()
    } catch {
      end(with: error, sources)
    }
  }

  /// Prints help where it was asked for, or tells in one sentence what is wrong with the flags.
  ///
  /// Every rank finds the same before MPI starts; one of them speaks.
  private static func end(with error: any Error, _ sources: ArgumentSources?) -> Never {
    let code = Lockstep.exitCode(for: error)
    if code == .success {
      Lockstep.exit(withError: Launcher.rank == 0 ? error : code)
    }
    if Launcher.rank != 0 {
      // mpirun ends a job with its first failure, and may drop what it has not read by then.
      usleep(Launcher.endsJobs ? 5_000_000 : 500_000)
    }
    // Another rank is still here where rank zero has other flags, with which nothing is wrong.
    if Launcher.rank == 0 || Launcher.endsJobs { tell(error, sources) }
    World.abort(code: code.rawValue)
  }

  private static func tell(_ error: any Error, _ sources: ArgumentSources?) {
    let others = sources?.others ?? []
    let also =
      others.isEmpty ? "" : " (flags were also read from \(others.joined(separator: ", ")))"
    let told = Lockstep.message(for: error).trimmedOfStops + Lockstep.nearestCommand + also
    Job.tell("\(told)\(told.hasSuffix("?") ? " See" : "; see") \(Lockstep.help(about: told)).")
  }
}

extension Lockstep {
  private static var commandNames: [String] { configuration.subcommands.map { $0._commandName } }

  /// The command that somebody may have meant, as the rest of a sentence; empty where there is one.
  fileprivate static var nearestCommand: String {
    guard let word = CommandLine.arguments.dropFirst().first, !commandNames.contains(word),
      let name = NearestName(to: word, among: commandNames).name
    else { return "" }
    return "; did you mean '\(name)'?"
  }

  /// What to type for help about a sentence on the flags that were given, as in `lockstep train
  /// --help`.
  fileprivate static func help(about sentence: String) -> String {
    guard let command = CommandLine.arguments.dropFirst().first, commandNames.contains(command)
    else {
      return "lockstep --help"
    }
    let flags = (try? CommandDescription.program().flags(of: command)) ?? []
    let isHidden = flags.contains { flag in
      flag.isHidden && flag.name.map { sentence.contains("--\($0)") } ?? false
    }
    return "lockstep \(command) --help\(isHidden ? "-hidden" : "")"
  }
}

extension String {
  /// The text without white space and full stops at its end.
  fileprivate var trimmedOfStops: String {
    var text = self[...]
    while let last = text.last, last.isWhitespace || last == "." { text.removeLast() }
    return String(text)
  }
}
