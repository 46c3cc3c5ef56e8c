internal import CChild
internal import Glibc

/// A child process that leads a process group of its own, out of reach of the terminal's Ctrl-C, and has this
/// process's output.
///
/// It is asked to end (SIGTERM) when this process ends, however that happens. What it leaves behind becomes
/// this process's child, so that it can be found and ended.
package struct ChildGroup {
  /// The child.
  package let leader: SystemProcess

  /// Children that this process has for another reason, as those of a shell that it took the place of.
  private let strangers: Set<SystemProcess>

  /// Starts the command line `words` with the variables `environment` alone. The first word is the program,
  /// which is looked up on PATH. To be called on the main thread.
  ///
  /// - Throws: `Failure` with `unavailable` where there is no such program, or it cannot be started.
  package init(_ words: [String], environment: [String]) throws {
    guard let path = Self.path(of: words[0]) else {
      throw Failure(.unavailable, "there is no program \(words[0]) on PATH")
    }
    strangers = Set(Self.own?.children ?? [])
    _ = CChild_adopt_orphans()
    let id = CStrings.with(words, environment: environment) { words, environment in
      CChild_start(path, words, environment)
    }
    guard id > 0 else {
      throw Failure(.unavailable, "cannot start \(path): \(SystemAdvice.refusal(-id))")
    }
    // Nobody else asks how it ended, so it is there at least as one that has.
    leader = SystemProcess(id)!
  }

  /// The path of the program called `name`; nil where PATH has none.
  package static func path(of name: String) -> String? {
    if name.contains("/") { return FileSystem.canExecute(name) ? name : nil }
    let folders = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    return folders.split(separator: ":").map { "\($0)/\(name)" }
      .first { FileSystem.canExecute($0) && !FileSystem.isDirectory($0) }
  }

  /// How a child has ended.
  package struct End: Sendable {
    /// The exit code; where a signal ended the child, 128 and the signal's number, as a shell tells it.
    package let status: Int32
    /// Whether a signal ended the child.
    package let isSignal: Bool

    /// The end by SIGKILL.
    package static let killed = End(status: 128 + SIGKILL, isSignal: true)
  }

  /// How the child has ended; nil while it runs. Also takes leave of orphans that have ended.
  ///
  /// To be called until it tells, and then no more.
  package func end() -> End? {
    var (status, end): (CInt, End?) = (0, nil)
    while case let id = waitpid(-1, &status, WNOHANG), id > 0 {
      guard id == leader.id else { continue }
      let signal = status & 0x7f
      end = End(status: signal == 0 ? status >> 8 & 0xff : 128 + signal, isSignal: signal != 0)
    }
    return end
  }

  /// Ends all that the child has left behind, once it has ended: after so many `seconds` in which they may
  /// end by themselves. What the system keeps from ending, as where a disk does not answer, is left alone
  /// after some more.
  package func endOrphans(after seconds: Double) {
    let start = ContinuousClock.now
    while true {
      var status: CInt = 0
      while waitpid(-1, &status, WNOHANG) > 0 {}
      let orphans = (Self.own?.children ?? []).filter { !strangers.contains($0) }
      let passed = (ContinuousClock.now - start) / .seconds(1)
      // Also one that has just ended, and is still to be taken leave of.
      if orphans.isEmpty || passed > seconds + 5 { return }
      if passed >= seconds {
        orphans.flatMap { [$0] + $0.descendants }.forEach { $0.send(SIGKILL) }
      }
      usleep(20_000)
    }
  }

  private static var own: SystemProcess? { SystemProcess(getpid()) }
}
