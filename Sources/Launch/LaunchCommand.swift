internal import FoundationEssentials
internal import Glibc
internal import Platform
internal import Ranks

/// The command line of a supervisor's jobs, on the machines that answer.
struct LaunchCommand {
  private let command: JobCommand
  /// Slurm's `srun`, where that is the launcher.
  private let srun: String?
  /// Whether the launcher is that of this program's MPI.
  private let isOwn: Bool
  private let wanted: Int?
  private let threads: Int

  /// The machines, of which some may be left out.
  var machines: Machines

  /// A command for what `request` asks for, of ranks with so many `threads`.
  init(_ request: LaunchRequest, threads: Int) {
    command = JobCommand(program: request.launcher)
    srun = request.launcher.flatMap { $0 == "srun" || $0.hasSuffix("/srun") ? $0 : nil }
    let name = request.launcher?.split(separator: "/").last.map(String.init)
    isOwn = name == nil || name == command.launcher.program
    (wanted, machines, self.threads) = (request.ranks, request.machines, threads)
  }

  /// The launcher.
  var launcher: MPILauncher { command.launcher }

  /// Whether the launcher starts ranks on this machine, as its children. Slurm's are those of a daemon, and
  /// what others do is not known.
  var startsRanksHere: Bool {
    isOwn && (machines.isLocal || machines.includesThis)
  }

  /// Why the launcher would start no job, in one sentence; nil where it would, or that is not known.
  var problem: Sentence? { isOwn ? machines.problem(of: wanted, launcher) : nil }

  /// The number of ranks; nil where the launcher alone knows.
  var ranks: Int? {
    guard machines.isLocal else { return machines.ranks(of: wanted) ?? machines.slots }
    return wanted ?? max(1, command.cores.count / threads)
  }

  /// The words that start `program`, whose ranks on other machines get the `variables`.
  ///
  /// - Throws: `FileError` where the list of machines cannot be written.
  func words(for program: [String], exporting variables: [String]) throws -> [String] {
    if let srun { return [srun] + slurm + program }
    if machines.isLocal {
      return command.words(ranks: ranks!, threads: threads, for: program)
    }
    let options = try options + variables.flatMap(launcher.exporting)
    return command.words(
      on: options, ranks: machines.ranks(of: wanted), threads: threads, for: program)
  }

  /// The options of `srun`. Where a rank dies, PMIx ends the others at once; with --kill-on-bad-exit they
  /// would wait for it until Slurm kills them.
  private var slurm: [String] {
    let variables = ProcessInfo.processInfo.environment
    let cores = variables["SLURM_CPUS_PER_TASK"].map { ["--cpus-per-task=\($0)"] } ?? []
    let nodes = machines.left
    return [launcher.slurm, "--kill-on-bad-exit=0", "--wait=60"] + cores
      + (nodes.isEmpty
        ? [] : ["-N\(nodes.count)", "--nodelist=\(nodes.joined(separator: ","))"])
      + (ranks.map { ["--ntasks=\($0)"] } ?? [])
  }

  private var options: [String] {
    get throws {
      guard let text = machines.file else { return launcher.machines(list: machines.list) }
      let path = "\(FileSystem.temporaryFolder)/lockstep-hosts-\(getpid())"
      try OutputFile.replace(path) { try $0.write([UInt8](text.utf8)) }
      return launcher.machines(file: path)
    }
  }

  /// Removes the list of machines.
  func end() { unlink("\(FileSystem.temporaryFolder)/lockstep-hosts-\(getpid())") }

  /// The variables of a job, each as `NAME=value`: this process's own, those of `added`, and what lets the
  /// launcher find a lost machine soon.
  func environment(_ added: [String: String]) -> [String] {
    var values = JobCommand.environment().merging(added) { $1 }
    for (name, value) in launcher.variables where values[name] == nil { values[name] = value }
    return values.map { "\($0)=\($1)" }
  }
}
