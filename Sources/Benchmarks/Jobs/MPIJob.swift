internal import Kernels
internal import Platform
internal import Ranks

/// Starts jobs with the launcher of the MPI that this program was built with. This process never
/// takes part in MPI itself.
struct MPIJob {
  /// The command lines of jobs.
  let command = JobCommand()

  /// Runs the command line `words` and waits for its end.
  ///
  /// - Parameters:
  ///   - words: the program and its arguments.
  ///   - limit: the seconds after which the child is ended.
  ///   - tolerated: an exit code that, like 0, is no failure; nil for none.
  ///   - variables: variables to set for the child where this process's environment has not set them.
  ///   - prompt: a signal to send to the child while it runs; nil for none.
  /// - Returns: how the child ended, and what it wrote.
  /// - Throws: `Failure` where the child cannot be started, the time limit ends it, or it ends with a
  ///   code that is neither 0 nor `tolerated`; `Interruption` where this process is asked to end.
  func run(
    _ words: [String], limit: Double, tolerating tolerated: Platform.ExitCode? = nil,
    variables: [String: String] = [:], prompt: ChildProcess.Prompt? = nil
  ) throws -> ChildProcess.Outcome {
    // Flags of this command would be flags of its children, too; the choice of instructions stays.
    let own = JobCommand.environment(without: ["LOCKSTEP_"], keeping: [InstructionSet.variable])
    let environment = own.merging(variables) { own, _ in own }
    let outcome = try ChildProcess.run(
      words, environment: environment.map { "\($0)=\($1)" }, limit: limit, prompt: prompt)
    if outcome.isOverdue {
      throw Failure(
        .mpi,
        "this was not done after \(Int(limit)) s: \(words.joined(separator: " ")); run it by itself "
          + "to see where it stands, or give fewer \(setting: "ranks")")
    }
    guard outcome.status == 0 || outcome.status == tolerated?.rawValue else {
      let text =
        outcome.sentence ?? "this ended with code \(outcome.status): "
        + words.joined(separator: " ") + (outcome.complaint.map { "; it said: \($0)" } ?? "")
      throw Failure(Platform.ExitCode(rawValue: outcome.status) ?? .mpi, Sentence(text))
    }
    return outcome
  }

  /// Runs `words`, which start a job that takes one measurement, as
  /// ``run(_:limit:tolerating:variables:prompt:)`` does.
  ///
  /// - Returns: the measurement that the job printed.
  func measure(_ words: [String], limit: Double) throws -> Measurement {
    let outcome = try run(words, limit: limit)
    guard let measurement = JSONText.last(Measurement.self, in: outcome.output) else {
      throw Failure(
        .inputOutput,
        "lockstep measure printed no result: \(outcome.output); run it by itself to see why")
    }
    return measurement
  }
}

extension ChildProcess.Outcome {
  /// The sentence in which the child, this program or a ``Peer``, told its failure; nil where there is
  /// none. mpirun may pass the sentence on in either stream.
  var sentence: String? {
    let head = "lockstep: "
    return (errors + "\n" + output).split(whereSeparator: \.isNewline)
      .first { $0.hasPrefix(head) }.map { String($0.dropFirst(head.count)) }
  }

  /// The first paragraph on standard error, on one line; nil where there is none. In that paragraph,
  /// between rulers, mpirun names the cause; then it gives advice. (mpirun's flag `--quiet` would
  /// suppress both.)
  var complaint: String? {
    let lines = errors.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .map { line in line.allSatisfy { $0 == "-" || $0.isWhitespace } ? "" : line }
    let words = lines.drop(while: \.isEmpty).prefix { !$0.isEmpty }
      .flatMap { $0.split(whereSeparator: \.isWhitespace) }.joined(separator: " ")
    return words.isEmpty ? nil : String(words.prefix(400))
  }
}
