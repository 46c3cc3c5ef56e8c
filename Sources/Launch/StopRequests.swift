internal import Glibc
internal import Platform

/// What signals to a supervisor mean for its job.
///
/// Ranks are asked to save and stop by the first; a second of SIGINT, SIGTERM and SIGHUP ends the job at
/// once, and so does the time that SIGTERM and SIGHUP leave.
struct StopRequests {
  /// What to do about a signal.
  enum Action: Equatable {
    case nothing
    /// Ask the ranks to stop, and tell this.
    case ask(Sentence)
    /// End the job without waiting for a checkpoint, and then this process with the code.
    case end(code: Int32, Sentence)
  }

  /// The seconds that SIGTERM and SIGHUP leave to ranks.
  let patience: Double

  /// Whether ranks have been asked to stop.
  private(set) var isAsked = false

  /// When SIGINT, SIGTERM or SIGHUP first came.
  private var first: ContinuousClock.Instant?

  /// When the time is over that ranks have; nil where it is not bounded.
  private var deadline: ContinuousClock.Instant?

  init(patience: Double) { self.patience = patience }

  private static let asked = "asked the ranks to stop after this step, with a checkpoint"

  /// Takes note of a signal.
  mutating func heed(_ signal: Int32, at now: ContinuousClock.Instant = .now) -> Action {
    guard [SIGINT, SIGTERM, SIGHUP].contains(signal) else {
      defer { isAsked = true }
      return isAsked ? .nothing : .ask("\(Self.asked)")
    }
    guard let first else {
      (first, isAsked) = (now, true)
      if signal == SIGINT {
        return .ask("\(Self.asked); Ctrl-C again ends at once, without waiting for one")
      }
      deadline = now + .seconds(patience)
      let name = signal == SIGTERM ? "SIGTERM" : "SIGHUP"
      return .ask(
        "\(Self.asked); after \(NumberText.trimmed(patience, places: 1)) s, or at a second \(name), it ends "
          + "without waiting for one")
    }
    // One signal may reach this process twice: from the terminal or the group, and from a parent that passes
    // it on.
    guard now - first > .seconds(1) else { return .nothing }
    return .end(code: 128 + signal, "ending at once, without waiting for a checkpoint")
  }

  /// What to do where ranks do not answer in the time that they have.
  mutating func lapse(at now: ContinuousClock.Instant = .now) -> Action {
    guard let deadline, now >= deadline else { return .nothing }
    self.deadline = nil
    return .end(
      code: 128 + SIGTERM,
      "no checkpoint after \(NumberText.trimmed(patience, places: 1)) s, since a rank or a machine does not "
        + "answer; ending without waiting for one: the same command goes on from the last")
  }
}
