internal import FoundationEssentials
internal import Glibc
internal import Kernels
internal import Platform
internal import Ranks

/// Jobs that this process starts with the launcher of its MPI, without ever being part of MPI
/// itself.
struct MPIJob {
  let machine: Machine
  private let launcher = MPILauncher.own

  init(machine: Machine) { self.machine = machine }

  /// The words that start `program` on `ranks` ranks of this machine, each on as many cores of its
  /// own as it has `threads` where there are enough.
  func words(ranks: Int, threads: Int = 1, _ program: [String]) -> [String] {
    let isCrowded = ranks * threads > machine.cores
    let placement =
      isCrowded || machine.isConfined
      ? launcher.sharing(yields: isCrowded) : launcher.binding(threads: threads)
    return [launcher.program, "-n", "\(ranks)"] + placement + program
  }

  /// The words that start `program` on machines, which the launcher is told by `machines`, on as
  /// many ranks as they have slots where `ranks` is nil.
  func words(on machines: [String], ranks: Int?, _ program: [String]) -> [String] {
    var words = [launcher.program] + machines
    // The command line would override the user's environment.
    if ProcessInfo.processInfo.environment["OMPI_MCA_hwloc_base_binding_policy"] == nil {
      words += launcher.binding()
    }
    if let ranks { words += ["-n", "\(ranks)"] }
    return words + program
  }

  /// Runs `program` on `ranks` ranks, as ``run(_:limit:tolerating:prompt:)``.
  func run(
    ranks: Int, _ program: [String], limit: Double, tolerating tolerated: Platform.ExitCode? = nil
  ) throws -> ChildProcess.Outcome {
    try run(words(ranks: ranks, program), limit: limit, tolerating: tolerated)
  }

  /// Runs `words` to their end, and sends them the `prompt`'s signal when that is due.
  ///
  /// - Throws: where they cannot be started, the time limit ends them, or they end with another
  ///   code than 0 and `tolerated`.
  func run(
    _ words: [String], limit: Double, tolerating tolerated: Platform.ExitCode? = nil,
    prompt: ChildProcess.Prompt? = nil
  ) throws -> ChildProcess.Outcome {
    let outcome = try ChildProcess.run(
      words, environment: Self.environment, limit: limit, prompt: prompt)
    if outcome.isOverdue {
      throw Failure(
        .mpi,
        "this was not done after \(Int(limit)) s: \(words.joined(separator: " ")); run it by itself "
          + "to see where it stands, or give fewer --ranks")
    }
    guard outcome.status == 0 || outcome.status == tolerated?.rawValue else {
      throw Failure(
        Platform.ExitCode(rawValue: outcome.status) ?? .mpi,
        outcome.sentence ?? "this ended with code \(outcome.status): "
          + words.joined(separator: " ") + (outcome.complaint.map { "; it said: \($0)" } ?? ""))
    }
    return outcome
  }

  /// The path of this program.
  static var program: String {
    guard let path = realpath(ProgramFile.path, nil) else { return ProgramFile.path }
    defer { free(path) }
    return String(cString: path)
  }

  /// This process's environment without what a launcher may have left in it, which would make
  /// mpirun take itself for a part of that job, and without flags for this command, which would be
  /// flags for its children, too. Parameters (`OMPI_MCA_…`) are the user's and stay, as does the
  /// choice of instructions.
  static var environment: [String] {
    let kept = ["OMPI_MCA_", "OMPI_ALLOW_RUN_AS_ROOT", InstructionSet.variable]
    var values = ProcessInfo.processInfo.environment.filter { name, _ in
      !["OMPI_", "PMIX_", "PMI_", "LOCKSTEP_"].contains { name.hasPrefix($0) }
        || kept.contains { name.hasPrefix($0) }
    }
    values["OMP_NUM_THREADS"] = values["OMP_NUM_THREADS"] ?? "1"
    if geteuid() == 0 {
      // mpirun asks root twice; whoever runs this as root has decided.
      values["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
      values["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
    }
    return values.map { "\($0)=\($1)" }
  }
}

extension ChildProcess.Outcome {
  /// What one of our own programs told of its failure; mpirun may pass it on in either stream.
  var sentence: String? {
    let head = "lockstep: "
    return (errors + "\n" + output).split(whereSeparator: \.isNewline)
      .first { $0.hasPrefix(head) }.map { String($0.dropFirst(head.count)) }
  }

  /// The first paragraph on standard error, on one line: mpirun names the cause there, between
  /// rulers, and then gives advice; nil where there is none. (`--quiet` would keep it from
  /// telling.)
  var complaint: String? {
    let lines = errors.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .map { line in line.allSatisfy { $0 == "-" || $0.isWhitespace } ? "" : line }
    let words = lines.drop(while: \.isEmpty).prefix { !$0.isEmpty }
      .flatMap { $0.split(whereSeparator: \.isWhitespace) }.joined(separator: " ")
    return words.isEmpty ? nil : String(words.prefix(400))
  }
}
