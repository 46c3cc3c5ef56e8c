internal import ArgumentParser
internal import Kernels

/// The flags of `lockstep bench --prove`.
struct ProofOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Measure nothing; train in many ways and compare the bits, also with the published SHA-256. "
        + "Code 70 where they differ."))
  var prove = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Steps of each run. (default: of 64,000 images, with --quick 8,000)", valueName: "n",
      visibility: .hidden))
  var steps: Int?

  @Option(
    help: ArgumentHelp(
      "The number format. (default: all that the processor has)", valueName: "format",
      visibility: .hidden))
  var precision: Precision?

  func validate() throws {
    if let steps, !(5...1_000_000).contains(steps) {
      throw ValidationError("--steps must be from 5 to 1000000")
    }
  }
}
