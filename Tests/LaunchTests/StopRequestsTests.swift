import Glibc
@testable import Launch
import Testing

/// What signals to a supervisor mean.
@Suite struct StopRequestsTests {
  /// What was to be done, in a word.
  private static func words(_ signals: [(signal: Int32, seconds: Double)]) -> [String] {
    var requests = StopRequests(patience: 60)
    let start = ContinuousClock.now
    return signals.map { signal, seconds in
      let now = start + .seconds(seconds)
      switch signal == 0 ? requests.lapse(at: now) : requests.heed(signal, at: now) {
      case .nothing: return "nothing"
      case .ask: return "ask"
      case .end(let code, _): return "end \(code)"
      }
    }
  }

  @Test(
    "the first asks, a later second one ends",
    arguments: [
      ([(SIGINT, 0), (SIGINT, 0.4), (SIGINT, 3)], ["ask", "nothing", "end 130"]),
      ([(SIGTERM, 0), (SIGTERM, 1.5)], ["ask", "end 143"]),
      ([(SIGHUP, 0), (SIGINT, 2)], ["ask", "end 130"]),
      ([(SIGUSR1, 0), (SIGUSR1, 5), (SIGXCPU, 9)], ["ask", "nothing", "nothing"]),
      ([(SIGUSR2, 0), (SIGTERM, 5), (SIGTERM, 9)], ["ask", "ask", "end 143"]),
      ([(SIGTERM, 0), (0, 59), (0, 61), (0, 62)], ["ask", "nothing", "end 143", "nothing"]),
      ([(SIGINT, 0), (0, 600)], ["ask", "nothing"]),
    ] as [([(Int32, Double)], [String])])
  func sequence(signals: [(Int32, Double)], words: [String]) {
    #expect(Self.words(signals.map { (signal: $0.0, seconds: $0.1) }) == words)
  }
}
