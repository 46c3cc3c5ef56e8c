internal import FoundationEssentials
internal import Glibc
internal import Kernels
internal import Platform
internal import Ranks

/// Starts jobs with the launcher of the MPI that this program was built with. This process never
/// takes part in MPI itself.
struct MPIJob {
  /// The cores of this machine that jobs may use.
  let cores = UsableCores()

  private let launcher = MPILauncher.own

  /// The words that start `program` on `ranks` ranks of this machine. Where the machine has enough cores
  /// and this process may use all of its CPUs, each rank gets as many cores of its own as `threads`.
  func words(ranks: Int, threads: Int = 1, for program: [String]) -> [String] {
    let isCrowded = ranks * threads > cores.count
    let placement =
      isCrowded || cores.isConfined
      ? launcher.sharing(yields: isCrowded) : launcher.binding(threads: threads)
    return [launcher.program, "-n", "\(ranks)"] + placement + program
  }

  /// The words that start `program` on every slot of the machines that the environment names, bound as it
  /// says.
  func words(onSlotsFor program: [String]) -> [String] { [launcher.program] + program }

  /// The words that start `program` on several machines.
  ///
  /// - Parameters:
  ///   - machines: the launcher's options that name the machines.
  ///   - ranks: the number of ranks; nil for one rank on every slot.
  ///   - program: the program and its arguments.
  /// - Returns: the launcher's name and all its arguments.
  func words(on machines: [String], ranks: Int?, for program: [String]) -> [String] {
    var words = [launcher.program] + machines
    // Options on the command line would override the binding that the user's environment asks for.
    if launcher.bindingVariable.flatMap({ ProcessInfo.processInfo.environment[$0] }) == nil {
      words += launcher.binding()
    }
    if let ranks { words += ["-n", "\(ranks)"] }
    return words + program
  }

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
    let environment = Self.environment.merging(variables) { own, _ in own }
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

  /// This process's environment, without two kinds of variables: those that a launcher may have
  /// left there, from which mpirun would conclude that it is a part of that launcher's job; and flags
  /// of this command, which would be flags of its children, too. The user's parameters of MPI
  /// (`OMPI_MCA_…`, `PMIX_MCA_…`) stay, and so does the choice of instructions.
  private static var environment: [String: String] {
    let kept = ["OMPI_MCA_", "PMIX_MCA_", "OMPI_ALLOW_RUN_AS_ROOT", InstructionSet.variable]
    var values = ProcessInfo.processInfo.environment.filter { name, _ in
      !["OMPI_", "PMIX_", "PMI_", "LOCKSTEP_"].contains { name.hasPrefix($0) }
        || kept.contains { name.hasPrefix($0) }
    }
    if geteuid() == 0 {
      // mpirun asks root to confirm twice; a user who runs this program as root has decided.
      values["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
      values["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
    }
    return values
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
