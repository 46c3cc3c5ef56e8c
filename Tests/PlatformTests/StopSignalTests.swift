import Foundation
@testable import Platform
import Testing

@Suite struct StopSignalTests {
  private typealias Meaning = StopSignal.Sequence.Meaning

  /// What a sequence of signals means, each with the milliseconds after which it comes.
  private func meanings(_ signals: [(signal: CInt, at: Int)]) -> [Meaning] {
    var sequence = StopSignal.Sequence()
    let start = ContinuousClock.now
    return signals.map { sequence.meaning(of: $0.signal, at: start + .milliseconds($0.at)) }
  }

  @Test("the first signal asks to stop, whichever it is", arguments: [SIGINT, SIGTERM, SIGHUP])
  func first(signal: CInt) {
    #expect(meanings([(signal, 0)]) == [.stop(isTold: true)])
    #expect(meanings([(SIGUSR1, 0)]) == [.stop(isTold: false)])
  }

  @Test("a second one ends at once; one that is heard twice does not")
  func second() {
    #expect(
      meanings([(SIGINT, 0), (SIGTERM, 1), (SIGINT, 499), (SIGTERM, 500)])
        == [.stop(isTold: true), .none, .none, .end])
    #expect(meanings([(SIGTERM, 0), (SIGTERM, 60_000)]) == [.stop(isTold: true), .end])
  }

  /// Slurm sends SIGUSR1 some time before, and SIGTERM at, a job's limit.
  @Test(
    "a warning never ends, and is not a first SIGTERM; what was asked for is not told again",
    arguments: [SIGUSR1, SIGUSR2, SIGXCPU])
  func gentle(warning: CInt) {
    #expect(
      meanings([(warning, 0), (warning, 5_000), (SIGTERM, 9_000), (warning, 20_000)])
        == [Meaning](repeating: .stop(isTold: false), count: 4))
    #expect(
      meanings([(warning, 0), (SIGTERM, 9_000), (SIGTERM, 20_000)])
        == [.stop(isTold: false), .stop(isTold: false), .end])
  }

  @Test("who does not listen hears nothing")
  func silence() {
    #expect(!StopSignal().isRequested)
  }
}
