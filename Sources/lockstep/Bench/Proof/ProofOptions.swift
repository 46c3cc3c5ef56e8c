internal import ArgumentParser
internal import Kernels

/// What `lockstep bench --prove` is asked.
struct ProofOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Measure nothing; train on several numbers of ranks, stop and go on, and compare the bits.",
      discussion: "The exit code is 70 where they differ. --json has all of the hashes."))
  var prove = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Steps of each run. (default: of 64,000 images, with --quick 8,000)"))
  var steps: Int?

  @Option(help: ArgumentHelp("The number format. (default: all that the processor has)"))
  var precision: Precision?

  func validate() throws {
    if let steps, !(5...1_000_000).contains(steps) {
      throw ValidationError("--steps must be from 5 to 1000000")
    }
  }
}
