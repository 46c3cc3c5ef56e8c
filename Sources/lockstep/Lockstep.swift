internal import ArgumentParser
internal import Training

/// The root of the command line.
struct Lockstep: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lockstep",
    abstract: "Train a variational autoencoder on MNIST, one replica on each MPI rank.",
    discussion: """
      Every command runs alone or under mpirun, and its results are the same either way:

        lockstep train
        mpirun -n 4 lockstep train --epochs 20
        mpirun -n 4 lockstep sample checkpoints/mnist --count 64 --output samples.png

      CHECKPOINT is a run directory (its newest whole checkpoint is used), a checkpoint directory \
      or a .safetensors file.

      Exit codes: 0 done, 64 usage, 65 bad data or checkpoint, 70 replicas disagree or a number is \
      not finite, 71 MPI failed, 74 input or output failed, 75 stopped on request and resumable.
      """,
    version: "0.1.0",
    subcommands: [
      Train.self, Evaluate.self, Sample.self, Reconstruct.self, Encode.self, Inspect.self,
    ])
}

@main
enum Program {
  static func main() {
    do {
      var command = try Lockstep.parseAsRoot()
      try command.run()
    } catch {
      // A usage error is known to every rank before MPI starts; one of them tells of it.
      guard Launcher.rank == 0 else { Lockstep.exit(withCode: Lockstep.exitCode(for: error)) }
      Lockstep.exit(withError: error)
    }
  }
}

extension ParsableCommand {
  /// Ends the program without a word.
  fileprivate static func exit(withCode code: ArgumentParser.ExitCode) -> Never {
    exit(withError: code)
  }
}
