internal import ArgumentParser
internal import FoundationEssentials
internal import Glibc
internal import Launch
internal import Platform
internal import Ranks

/// `lockstep launch`.
struct Launch: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train with a supervisor that starts again what dies.",
    usage: "lockstep launch [options] -- train [flags of lockstep train]",
    discussion: """
      Starts mpirun (mpiexec.hydra of MPICH and Intel MPI) itself. Where a rank, a machine or the launcher \
      dies (codes 70, 71 and those of signals), another job goes on from the newest whole checkpoint, on the machines \
      that still answer on the port of ssh, with their ranks: after 1 s, then 2, 4 and so on up to 60. It tells what \
      was lost. The model has the bits of a run that lost nothing.

        lockstep launch -n 2 -- train --checkpoint-every 30s
        lockstep launch --hostfile hostfile --max-restarts 10 -- train

      No other job follows after 0 done, 64 usage, 65 bad data, 69 this machine cannot, 74 input or output and 75 \
      stopped; nor where the same step fails twice in the same way with 70 or a crash, which is a fault of the data or the \
      recipe. The exit code is that of the last job. Signals are told to the ranks, as train's help says: \
      after a second Ctrl-C or SIGTERM, or a minute after SIGTERM, the job ends without a checkpoint.
      """)

  @Option(
    name: [.customShort("n", allowingJoined: true), .customLong("np")], parsing: .unconditional,
    help: ArgumentHelp(
      "The number of ranks. (default: one for each core, or slot)", valueName: "ranks"))
  var ranks: Int?

  @Option(
    help: ArgumentHelp(
      "The machines, as mpirun or mpiexec.hydra reads them.", valueName: "file"),
    completion: .file())
  var hostfile: String?

  @Option(help: ArgumentHelp("The machines as a list: left:2,right:2", valueName: "list"))
  var host: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How often to start again.", valueName: "n"))
  var maxRestarts = 3

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Never go on with fewer ranks.", valueName: "n"))
  var minRanks = 1

  @Option(
    help: ArgumentHelp(
      "What starts ranks, also srun. (default: that of this program's MPI, on PATH)",
      valueName: "path"),
    completion: .file())
  var launcher: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "End a job whose ranks stand still for so many seconds, as train --stall-abort does; 0: never.",
      valueName: "seconds"))
  var stallAbort = 120.0

  @Argument(
    parsing: .postTerminator,
    help: ArgumentHelp("train and its flags.", valueName: "train"))
  var command: [String] = []

  func validate() throws {
    if Launcher.isPresent {
      throw ValidationError(
        "launch starts \(MPILauncher.own.program) itself: run it without, as in lockstep launch -n 2 -- train"
      )
    }
    if command.first != "train" {
      throw ValidationError(
        "the command to supervise stands behind --, as in lockstep launch -n 2 -- train")
    }
    if let ranks, !(1...99_999).contains(ranks) {
      throw ValidationError("-n must be from 1 to 99999")
    }
    if hostfile != nil && host != nil {
      throw ValidationError("--hostfile and --host are two ways to say the same: choose one")
    }
    if let hostfile, hostfile.isEmpty || !FileSystem.canRead(hostfile) {
      throw ValidationError("--hostfile: cannot read '\(hostfile)'")
    }
    if host?.isEmpty == true { throw ValidationError("--host must name machines, not be empty") }
    if launcher?.isEmpty == true { throw ValidationError("--launcher must name a program") }
    if maxRestarts < 0 { throw ValidationError("--max-restarts must be at least 0") }
    if minRanks < 1 || minRanks > ranks ?? .max {
      throw ValidationError("--min-ranks must be at least 1, and at most -n")
    }
    guard stallAbort == 0 || (1...86_400).contains(stallAbort) else {
      throw ValidationError("--stall-abort must be 0 or from 1 to 86400")
    }
  }

  func run() throws {
    let inbox = SignalInbox()
    do {
      let command = try SupervisedTraining(command)
      var supervisor = Supervisor(try request(command), command, LaunchLog(), inbox)
      Glibc.exit(try supervisor.run())
    } catch  where Lockstep.exitCode(for: error) != .success {
      let failure = Failure(error)
      Job.tell(failure.sentence)
      Glibc.exit(failure.code.rawValue)
    }
  }

  private func request(_ command: SupervisedTraining) throws -> LaunchRequest {
    if command.threads > 1, hostfile != nil || host != nil, ranks == nil {
      throw Failure(
        .usage,
        "\(setting: .threadsPerRank) with several machines needs -n: all slots divided by the threads of a rank"
      )
    }
    var request = LaunchRequest()
    request.ranks = ranks
    if let hostfile { request.machines = try Machines(file: hostfile) }
    if let host { request.machines = Machines(list: host) }
    if hostfile == nil, host == nil {
      request.machines = Machines(slurm: ProcessInfo.processInfo.environment) ?? .none
    }
    request.maxRestarts = maxRestarts
    request.minRanks = minRanks
    request.launcher = launcher
    request.stallAbort = stallAbort
    request.stopWithin = Variables.stopWithin
    request.environment = command.environment
    return request
  }
}

/// Tells on standard error what a supervisor does, as `--log-format` of the training asks for.
private struct LaunchLog: LaunchObserver {
  func tell(_ sentence: Sentence) {
    Terminal.clearLine()  // of ^C, or of the ranks' bar
    Job.tell(sentence, of: "lockstep launch")
  }

  func restarts(_ restart: Restart) {
    switch LogFormat.current {
    case .text: tell(restart.sentence)
    case .json: Terminal.error(JSONLine(RestartRow(restart)).text + "\n")
    }
  }
}

/// The row about a restart.
private struct RestartRow: Encodable {
  let kind = "restart"
  let message: String
  let number: Int
  let code: Int32
  let step: Int?
  let checkpoint: Int
  let lostSteps: Int
  let lostSeconds: Double
  let ranks: Int?
  let hosts: [String]
  let lostHosts: [String]

  init(_ restart: Restart) {
    message = restart.sentence.text(in: .commandLine)
    (number, code, step) = (restart.number, restart.code, restart.step)
    (checkpoint, lostSteps) = (restart.checkpoint, restart.lostSteps)
    lostSeconds = restart.lostSeconds
    (ranks, hosts, lostHosts) = (restart.ranks, restart.hosts, restart.lostHosts)
  }

  enum CodingKeys: String, CodingKey {
    case kind, message, number, code, step, checkpoint
    case lostSteps = "lost_steps"
    case lostSeconds = "lost_seconds"
    case ranks, hosts
    case lostHosts = "lost_hosts"
  }
}
