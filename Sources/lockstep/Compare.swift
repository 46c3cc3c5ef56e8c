internal import ArgumentParser
internal import FoundationEssentials
internal import Images
internal import MPI
internal import Platform
internal import Reports

/// `lockstep compare`.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a page that sets two runs side by side.",
    usage: "lockstep compare <run> <other> [options]",
    discussion: """
      One HTML file that stands alone: what draws of the prior decode to, maps of both latent spaces, \
      walks between test images, and numbers for what the eye sees, such as how many draws fall into \
      holes and what codes are worth as features. Made for an autoencoder beside a VAE; any two runs \
      of the same images, both grey or both black and white, will do, also \
      checkpoints and .safetensors files. Signals that stop a training end it without a page, with \
      code 75.

        lockstep compare checkpoints/autoencoder checkpoints/mnist
        mpirun -n 2 lockstep compare checkpoints/small checkpoints/mnist --json
      """)

  @Argument(
    help: ArgumentHelp(
      "A run directory, a checkpoint directory or a .safetensors file.", valueName: "run"),
    completion: .directory)
  var first: String

  @Argument(
    help: ArgumentHelp("Another one.", valueName: "other"), completion: .directory)
  var second: String

  @OptionGroup var data: ImageOptions
  @OptionGroup var threads: ThreadOption

  @Option(help: "The file to write, .html.", completion: .file(extensions: ["html"]))
  var output = "compare.html"

  @Flag(help: "Print the numbers as one JSON object.")
  var json = false

  func validate() throws {
    _ = try FileFormat(path: output, among: .html)
    if first.isEmpty || second.isEmpty {
      throw ValidationError("<run> and <other> must each name a run, not be empty")
    }
  }

  func run() throws {
    let stop = StopSignal()
    stop.listen(telling: "stopping, without a page; again ends at once")
    Job.run { world in
      let figures = try Comparison(
        of: [first, second], threads: threads.count, command: ProgramArguments.resolved
      ) { stop.isRequested }.write(data: data.asked, to: output, among: world)
      try world.tell(lines(figures))
      return .done
    }
  }

  /// What is printed about `figures`, which rank zero has.
  private func lines(_ figures: ComparisonFigures?) throws -> [String] {
    guard let figures else { return [] }
    guard json else { return figures.lesson + ["written to \(output)"] }
    let encoder = JSONEncoder([.sortedKeys, .withoutEscapingSlashes], keys: .convertToSnakeCase)
    return [String(decoding: try encoder.encode(figures), as: UTF8.self)]
  }
}
