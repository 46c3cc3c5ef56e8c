@testable import Engine
@testable import Runs
import Testing

@Suite struct StopwatchTests {
  private func times(_ seconds: (forward: Double, waiting: Double, exchange: Double)) -> StageTimes
  {
    var times = StageTimes()
    (times[.forward], times[.waiting], times[.exchange]) = seconds
    return times
  }

  @Test("images and stages are those between start and stop")
  func difference() {
    var watch = Stopwatch(from: 200, times((10, 1, 2)))
    #expect(watch.images == 0 && watch.seconds == 0 && watch.waiting == 0)
    let start = ContinuousClock.now
    while ContinuousClock.now - start < .milliseconds(2) {}
    watch.stop(at: 500, times((13, 1.25, 2.75)))
    #expect(watch.images == 300)
    #expect(watch.passed[.forward] == 3 && watch.passed.total == 4)
    // One second of four was waiting for the team's other ranks, or for other teams.
    #expect(watch.waiting == 0.25)
    #expect(watch.seconds >= 0.002)
    #expect(watch.imagesPerSecond == 300 / watch.seconds)
  }

  @Test("where no stage took time, none of it was waiting")
  func nothing() {
    var watch = Stopwatch(from: 0, times((1, 1, 1)))
    watch.stop(at: 0, times((1, 1, 1)))
    #expect(watch.waiting == 0 && watch.images == 0)
  }
}
