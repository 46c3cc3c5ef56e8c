internal import ArgumentParser
internal import Checkpoints
internal import Engine
internal import Kernels
internal import Ranks

/// How ranks work together. `--help` leaves these flags out, since jobs of one node need none of them.
struct TeamOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "node: the ranks of a node share one replica; rank: each has its own. (default: node)",
      visibility: .hidden))
  var teams: TeamMode?

  @Option(
    help: ArgumentHelp(
      "What nodes exchange; the bits are those of one node. all-reduce: gradients, the same bytes "
        + "whatever the batch. all-gather: layer inputs and deltas, fewer bytes where batches are "
        + "small. auto: the faster of the two, found in the first steps. (default: auto)",
      visibility: .hidden))
  var exchange: ExchangeMode?

  @Option(
    help: ArgumentHelp(
      "The number format in which gradients travel between nodes. bf16 halves the bytes, but the "
        + "last bits then depend on the number of nodes; what rounding loses is added to the next "
        + "step's gradient, but not kept in checkpoints. (default: fp32)",
      visibility: .hidden))
  var wire: Precision?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Seconds within which the job has ended if its ranks do not find one another; they give up ten seconds, or half "
        + "the time, before. 0: never.",
      valueName: "seconds", visibility: .hidden))
  var connectTimeout = 60.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "After so many seconds in which no rank of a host gets on, tell which are behind, and in what. 0: never.",
      valueName: "seconds", visibility: .hidden))
  var stallWarning = 60.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "After so many such seconds, before the first step ten times as many, end the job, with code 71. To be longer "
        + "than a save takes. 0: never. (default: 0)",
      valueName: "seconds", visibility: .hidden))
  var stallAbort = 0.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Compare the teams' replicas every so many steps, too; 0: never. With all-gather teams take over \
      one another's parameters in every step, so that an error of one shows in none. (default: before each \
      checkpoint)
      """, valueName: "n", visibility: .hidden))
  var verifyEvery: Int?

  func validate() throws {
    guard connectTimeout >= 0, connectTimeout <= 86_400 else {
      throw ValidationError("--connect-timeout must be from 0 to 86400")
    }
    for (flag, seconds) in [("--stall-warning", stallWarning), ("--stall-abort", stallAbort)] {
      guard seconds == 0 || (1...86_400).contains(seconds) else {
        throw ValidationError("\(flag) must be 0 or from 1 to 86400")
      }
    }
  }

  /// Copies all flags; those that were not given are nil, which `request` takes for not given.
  func apply(to request: inout RunRequest) {
    request.teams = teams
    request.exchange = exchange
    request.wire = wire
    request.verifyEvery = verifyEvery
    request.stallLimits = StallWatch.Limits(warning: stallWarning, abort: stallAbort)
  }
}
