internal import ArgumentParser
internal import Glibc
internal import Kernels
internal import MPI
internal import Platform

/// The root of the command line.
struct Lockstep: ParsableCommand {
  /// A paragraph of the help; in the manual it is a section of its own.
  static let exitCodes = {
    let codes = Platform.ExitCode.allCases.map { "\($0.rawValue) \($0.meaning)" }
    return "Exit codes: \(codes.joined(separator: ", ")). Lost output is a failure; a pipe that "
      + "its reader has closed is not."
  }()

  static let configuration = CommandConfiguration(
    commandName: "lockstep",
    abstract: "Train autoencoders, variational or not, on MNIST or your own images, over MPI.",
    discussion: """
      Every command runs alone or under mpirun (MPICH's mpiexec.hydra), and its results are the same either way:

        lockstep train
        mpirun -n 4 lockstep train --epochs 20
        mpirun -n 4 lockstep sample checkpoints/mnist --count 64 --output samples.png

      CHECKPOINT is a run directory (its newest whole checkpoint is used), a checkpoint directory \
      or a .safetensors file.

      \(InstructionSet.variable)=NAME computes with instructions that are not the processor's \
      fastest: \(InstructionSet.allCases.map(\.rawValue).joined(separator: ", ")). In fp32 the model stays the same.

      \(exitCodes)
      """,
    version: Version.full,
    subcommands: [
      Train.self, Launch.self, Evaluate.self, Sample.self, Reconstruct.self, Encode.self,
      Export.self,
      Report.self, Compare.self, Inspect.self, Doctor.self, Bench.self, Measure.self, Manual.self,
    ])
}

@main
enum Program {
  static func main() {
    Terminal.reserveStreams()
    ProcessLimit.spareAddresses()
    Terminal.surviveFailedWrites()
    Terminal.makeRoomForHelp()
    var usage = Usage()
    do {
      usage.words = try ProgramWords.all()
      try usage.requireFlags()
      let sources = try ArgumentSources(usage.words)
      ProgramArguments.sources = sources.others
      ProgramArguments.resolved = sources.words
      if Launcher.rank == 0 { sources.warnings.forEach { Job.tell(Sentence($0)) } }
      var command = try Lockstep.parseAsRoot(sources.words)
      try command.run()
    } catch {
      end(with: error, usage)
    }
  }

  /// Prints help where it was asked for, or tells in one sentence what is wrong with the flags.
  ///
  /// Before MPI starts, every rank mostly finds the same error; so only one rank tells it.
  private static func end(with error: any Error, _ usage: Usage) -> Never {
    let code = Lockstep.exitCode(for: error)
    if code == .success { printHelp(Lockstep.fullMessage(for: error)) }
    Launcher.leaveFirstToSpeak()
    // If this rank is still alive although the launcher ends jobs, rank zero has other flags, which
    // are right: then this rank must tell.
    if Launcher.rank == 0 || Launcher.endsJobs { tell(error, usage) }
    World.abort(code: code.rawValue)
  }

  private static func tell(_ error: any Error, _ usage: Usage) {
    // A user who types no command gets the help, and a failure all the same.
    if usage.isEmpty {
      Terminal.error(Lockstep.helpMessage() + "\n")
    }
    Job.tell(Sentence(usage.sentence(about: error)))
  }

  private static func printHelp(_ text: String) -> Never {
    do {
      if Launcher.rank == 0 { try Terminal.result([text]) }
      exit(Platform.ExitCode.done.rawValue)
    } catch {
      let failure = Failure(error)
      Job.tell(failure.sentence)
      exit(failure.code.rawValue)
    }
  }
}
