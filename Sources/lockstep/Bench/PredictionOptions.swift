internal import ArgumentParser
internal import Benchmarks

/// The flags of `lockstep bench --predict`.
struct PredictionOptions: ParsableArguments {
  @Flag(help: "Measure nothing; tell from an earlier bench how fast more nodes would be.")
  var predict = false

  @Option(
    help: ArgumentHelp(
      "The file of the earlier bench. (default: the file of --json)", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var from: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Node counts. (default: 1,2,4,8,16,32)", valueName: "list"))
  var nodes: NumberList?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The network between nodes, in Gbit/s. (default: 10)", valueName: "gbit"))
  var bandwidth: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Microseconds from one node to another. (default: 30)", valueName: "us"))
  var latency: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Microseconds of a core that a message costs its sender, and again its receiver. (default: 3)",
      valueName: "us"))
  var overhead: Double?

  func validate() throws {
    if let bandwidth, !(bandwidth > 0 && bandwidth <= 1e5) {
      throw ValidationError("--bandwidth must be more than 0 and at most 100000")
    }
    for (flag, value, largest) in [("--latency", latency, 1e6), ("--overhead", overhead, 1e6)] {
      if let value, !(value >= 0 && value <= largest) {
        throw ValidationError("\(flag) must be from 0 to \(Int(largest))")
      }
    }
    if let nodes, !nodes.numbers.allSatisfy({ $0 <= 4096 }) {
      throw ValidationError("--nodes must be from 1 to 4096")
    }
  }

  /// The question without the numbers of ranks and the batch sizes, which come from other flags.
  var question: Prediction.Question {
    var question = Prediction.Question()
    question.gigabits = bandwidth ?? question.gigabits
    question.latency = latency ?? question.latency
    question.overhead = overhead ?? question.overhead
    question.nodes = nodes?.numbers ?? question.nodes
    return question
  }
}
