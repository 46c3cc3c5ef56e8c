internal import ArgumentParser
internal import Checkpoints
internal import Engine
internal import Kernels

/// How ranks work together. `--help` leaves these flags out, since jobs of one node need none of them.
struct TeamOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "node: the ranks of a node share one replica; rank: each has its own. (default: node)",
      visibility: .hidden))
  var teams: TeamMode?

  @Option(
    help: ArgumentHelp(
      "What nodes exchange. all-reduce: gradients; the last bits depend on the number of nodes. "
        + "all-gather: layer inputs and deltas; the bits are those of one node. At a batch of 128 "
        + "all-gather was faster, from 512 on all-reduce: see lockstep bench --exchanges. "
        + "(default: all-reduce)", visibility: .hidden))
  var exchange: ExchangeMode?

  @Option(
    help: ArgumentHelp(
      "The number format in which gradients travel between nodes with all-reduce. bf16 halves the "
        + "bytes; what rounding loses is added to the next step's gradient, but not kept in "
        + "checkpoints: a run that goes on differs in the last bits. (default: fp32)",
      visibility: .hidden))
  var wire: Precision?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Seconds after which the job ends if its ranks do not find one another; 0: never.",
      valueName: "seconds", visibility: .hidden))
  var connectTimeout = 60.0

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
  }

  /// Copies all flags; those that were not given are nil, which `request` takes for not given.
  func apply(to request: inout RunRequest) {
    request.teams = teams
    request.exchange = exchange
    request.wire = wire
    request.verifyEvery = verifyEvery
  }
}
