import Foundation
import Testing
import Training

@Suite struct StopSignalTests {
  /// The signal is sent to this thread alone, blocked there, and taken before the thread goes on to
  /// other tests.
  @Test("a blocked signal is seen, and stays until it is taken")
  func pending() {
    var before = sigset_t()
    pthread_sigmask(SIG_BLOCK, nil, &before)
    StopSignal.block()
    #expect(!StopSignal.isPending)
    pthread_kill(pthread_self(), SIGUSR1)
    #expect(StopSignal.isPending)
    #expect(StopSignal.isPending)
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGUSR1)
    var signal: CInt = 0
    sigwait(&signals, &signal)
    #expect(signal == SIGUSR1)
    #expect(!StopSignal.isPending)
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }
}
