@testable import Engine
import Testing

@Suite struct StageTimesTests {
  @Test("times add up, subtract and average by stage")
  func arithmetic() {
    var (early, late) = (StageTimes(), StageTimes())
    early[.forward] = 1
    late[.forward] = 3
    late[.waiting] = 0.5
    #expect(late.total == 3.5)
    #expect((late - early)[.forward] == 2)
    #expect((late - early)[.waiting] == 0.5)
    let mean = StageTimes.mean([early, late])
    #expect(mean[.forward] == 2)
    #expect(mean[.waiting] == 0.25)
    #expect(mean[.gradients] == 0)
  }

  @Test("a clock tells all the time that passes, and none from before it began")
  func clock() async throws {
    let clock = StageClock()
    try await Task.sleep(for: .milliseconds(20))
    let start = ContinuousClock.now
    clock.begin()
    try await Task.sleep(for: .milliseconds(5))
    clock.end(.batch)
    clock.end(.forward)
    try await Task.sleep(for: .milliseconds(5))
    clock.end(.batch)
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    #expect(clock.times[.batch] >= 0.01)
    #expect(clock.times.total <= elapsed)
    #expect(clock.times[.waiting] == 0)
  }
}
