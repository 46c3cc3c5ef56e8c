internal import Glibc
internal import Platform
internal import Ranks
internal import SystemPackage

/// A child process with a time limit.
///
/// The child leads a process group of its own, which the terminal's Ctrl-C does not reach, and
/// blocks no signal.
struct ChildProcess {
  /// How a child ended, and what it wrote.
  struct Outcome {
    /// The exit status; where a signal ended the child, 128 + the signal's number.
    var status: Int32 = 0
    /// Whether the time limit ended the child.
    var isOverdue = false
    /// What the child wrote to standard output.
    var output = ""
    /// What the child wrote to standard error.
    var errors = ""
    /// The seconds from before the child's start until after its end.
    var seconds = 0.0
  }

  /// A signal that is sent to a child once, as soon as a condition holds.
  struct Prompt {
    /// The signal's number.
    let signal: CInt
    /// Whether the condition holds; called many times a second.
    let isDue: () -> Bool
  }

  private let id: pid_t
  private let start: ContinuousClock.Instant
  private var streams: [Stream]

  private var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// Runs the command line `words` with the variables `environment` alone, and waits for its end. The
  /// first word is the program, which is looked up on PATH. The child is ended after `limit` seconds,
  /// and sent the signal of `prompt` when that is due.
  ///
  /// - Throws: `Failure` where the program cannot be started, and `Interruption` where this process
  ///   was asked to end; the child has ended by then.
  static func run(
    _ words: [String], environment: [String], limit: Double, prompt: Prompt? = nil
  ) throws -> Outcome {
    var child = try ChildProcess(words, environment: environment)
    return try child.wait(limit: limit, prompt)
  }

  private init(_ words: [String], environment: [String]) throws {
    let (output, errors) = (try Stream(), try Stream())
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output.writeEnd.rawValue, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, errors.writeEnd.rawValue, STDERR_FILENO)
    var attributes = Self.attributes()
    defer { posix_spawnattr_destroy(&attributes) }
    start = ContinuousClock.now
    var id = pid_t()
    let code = CStrings.with(words, environment: environment) { words, environment in
      posix_spawnp(&id, words[0]!, &actions, &attributes, words, environment)
    }
    output.closeWriteEnd()
    errors.closeWriteEnd()
    streams = [output, errors]
    self.id = id
    guard code == 0 else {
      streams.forEach { $0.close() }
      throw Failure(
        .unavailable,
        words[0] == MPILauncher.own.program
          ? "there is no \(words[0]) on PATH; install \(MPILauncher.own.source), or use "
            + "scripts/bench, which does"
          : "cannot start \(words[0]): \(String(cString: strerror(code)))")
    }
  }

  /// Attributes that put the child into a process group of its own, and undo what this process blocks
  /// or ignores: a child would inherit that.
  private static func attributes() -> posix_spawnattr_t {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    posix_spawnattr_setflags(&attributes, Int16(flags))
    posix_spawnattr_setpgroup(&attributes, 0)
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigaddset(&signals, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    return attributes
  }

  private mutating func wait(limit: Double, _ prompt: Prompt?) throws -> Outcome {
    var (outcome, prompt) = (Outcome(), prompt)
    defer { streams.forEach { $0.close() } }
    var status: Int32? = nil
    while status == nil {
      if let signal = Interruption.pending {
        end()
        throw signal
      }
      outcome.isOverdue = seconds > limit
      status = outcome.isOverdue ? end() : reap()
      if status == nil { Stream.read(&streams, milliseconds: 5) }
      if status == nil, let due = prompt, due.isDue() {
        kill(id, due.signal)
        prompt = nil
      }
    }
    outcome.seconds = seconds
    // The last bytes may still be on their way; the wait is short, since a grandchild may hold the
    // pipe open.
    for _ in 0..<20 where streams.contains(where: \.isOpen) {
      Stream.read(&streams, milliseconds: 5)
    }
    outcome.status = status!
    (outcome.output, outcome.errors) = (streams[0].text, streams[1].text)
    return outcome
  }

  /// The child's ``Outcome/status``; nil while the child runs.
  private func reap() -> Int32? {
    var status: CInt = 0
    guard waitpid(id, &status, WNOHANG) == id else { return nil }
    return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
  }

  /// Asks the child to end (SIGTERM); if it still runs after five seconds, kills its process group. In that
  /// time the child can end its own children; mpirun takes one or two seconds.
  @discardableResult
  private func end() -> Int32 {
    kill(id, SIGTERM)
    for _ in 0..<500 {
      if let status = reap() { return status }
      usleep(10_000)
    }
    kill(-id, SIGKILL)
    while true {
      if let status = reap() { return status }
      usleep(10_000)
    }
  }
}
