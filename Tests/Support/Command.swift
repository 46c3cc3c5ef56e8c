public import Foundation

/// A child process with a time limit, and what came of it.
///
/// The child is started by coreutils' `timeout`, which leads a process group of its own: when the
/// limit is reached the whole group is sent SIGTERM and, five seconds later, SIGKILL.
public struct Command: Sendable {
  /// What a finished child left behind.
  public struct Outcome: Sendable {
    /// The exit status; 124 (or 137) when the time limit ended it.
    public let status: Int32
    /// Everything written to standard output.
    public let output: String
    /// Everything written to standard error.
    public let errors: String
  }

  /// The program and its arguments.
  public let words: [String]
  /// What the child's environment has beside this process's.
  public let environment: [String: String]

  /// A command of `words`, the program first, looked up on PATH.
  public init(_ words: [String], environment: [String: String] = [:]) {
    self.words = words
    self.environment = environment
  }

  /// A program of this package under the launcher.
  public static func mpirun(
    ranks: Int, _ program: String, _ arguments: [String] = [],
    environment: [String: String] = [:]
  ) -> Command {
    mpirun([["-n", "\(ranks)", built(program)] + arguments], environment: environment)
  }

  /// One job of several parts, each of ranks with words of their own.
  ///
  /// Ranks share cores and, where the library can, yield while they wait, so that any number runs
  /// anywhere; `binding` is what each is bound to.
  public static func mpirun(
    _ parts: [[String]], binding: String = "none", environment: [String: String] = [:]
  ) -> Command {
    var environment = environment
    if getuid() == 0 {
      environment["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
      environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
    }
    environment["OMP_NUM_THREADS"] = "1"
    return Command(Library.words(single(parts), binding: binding), environment: environment)
  }

  /// The path of an executable of this package, built beside the running test bundle.
  public static func built(_ program: String) -> String {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent(program).path
  }

  /// Runs to the end, or to the limit, and collects both streams.
  public func run(seconds: Int = 60, in folder: URL? = nil) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["timeout", "--kill-after=5", "\(seconds)"] + words
    process.environment = ProcessInfo.processInfo.environment
      .merging(environment) { _, mine in mine }
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    // Files rather than pipes: no reader is needed and no child can block on a full one.
    let scratch = try TemporaryFolder()
    let streams = try ["output", "errors"].map { name in
      let file = scratch.url.appendingPathComponent(name)
      try Data().write(to: file)
      return (file, try FileHandle(forWritingTo: file))
    }
    process.standardOutput = streams[0].1
    process.standardError = streams[1].1
    try Self.withoutBlockedSignals { try process.run() }
    // What a child leaves behind holds what Foundation waits for.
    let group = process.processIdentifier
    let last = DispatchWorkItem { kill(-group, SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds + 10), execute: last)
    defer { last.cancel() }
    process.waitUntilExit()
    let texts = try streams.map { file, handle in
      try handle.close()
      return String(decoding: try Data(contentsOf: file), as: UTF8.self)
    }
    return Outcome(status: process.terminationStatus, output: texts[0], errors: texts[1])
  }

  /// Threads of a pool block most signals, and a child is born with the mask of the thread that
  /// starts it: without this it would hear neither the limit's SIGTERM nor a test's own signal.
  private static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
    var (none, before) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try body()
  }
}
