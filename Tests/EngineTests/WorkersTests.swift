@testable import Engine
import Kernels
import Synchronization
import Testing
import VAE

@Suite struct WorkersTests {
  private func job(_ member: Int, threads: Int) -> JobLayout {
    JobLayout(teamSizes: [1, 2], team: 1, member: member, threads: threads)
  }

  @Test("each thread has its own number, and all are called", arguments: [1, 2, 3])
  func numbers(threads: Int) throws {
    let workers = try Workers(LocalTeams.layout, .generic, job: job(0, threads: threads))
    let calls = Mutex([Int]())
    let mode = SubnormalMode.current
    workers.begin()
    for _ in 0..<3 { workers.run { worker in calls.withLock { $0.append(worker.number) } } }
    mode.set()
    #expect(workers.count == threads && workers.main.number == 0)
    #expect(
      calls.withLock { $0.sorted() } == (0..<threads).flatMap { [$0, $0, $0] })
  }

  @Test("the threads' shares follow one another, to the end of the rank's", arguments: [1, 2, 3])
  func shares(threads: Int) throws {
    for member in 0..<2 {
      let job = job(member, threads: threads)
      let workers = try Workers(LocalTeams.layout, .generic, job: job)
      let found = Mutex([Int: [Int]]())
      let mode = SubnormalMode.current
      workers.begin()
      workers.run { worker in
        let share = Array(worker.teamShare.part(of: 0..<100))
        found.withLock { $0[worker.number] = share }
      }
      mode.set()
      let shares = found.withLock { $0.sorted { $0.key < $1.key }.map(\.value) }
      // Work of the team is for its two ranks alone.
      #expect(shares.flatMap(\.self) == Array(member * 50..<(member + 1) * 50))
      #expect(shares.allSatisfy { abs($0.count - 50 / threads) <= 1 })
    }
  }

  @Test("the time of stages is the mean of the threads")
  func times() throws {
    let workers = try Workers(LocalTeams.layout, .generic, job: job(0, threads: 2))
    let mode = SubnormalMode.current
    workers.begin()
    workers.run { worker in
      guard worker.number == 1 else { return }
      let start = ContinuousClock.now
      while ContinuousClock.now - start < .milliseconds(4) {}
      worker.clock.end(.forward)
    }
    mode.set()
    #expect(workers.main.clock.times[.forward] == 0)
    #expect((0.002..<1).contains(workers.stageTimes[.forward]))
  }

  @Test("threads treat subnormal numbers as zeros; a check leaves the caller's mode as it was")
  func mode() throws {
    let workers = try Workers(LocalTeams.layout, .generic, job: job(0, threads: 2))
    let tiny = Mutex(Float.leastNonzeroMagnitude)
    let sums = Mutex([Float]())
    let isRight = workers.computeRightly(in: .fp32)
    #expect(isRight)
    #expect(tiny.withLock { $0 + $0 } > 0)
    let mode = SubnormalMode.current
    workers.begin()
    workers.run { _ in
      let value = tiny.withLock { $0 }
      sums.withLock { $0.append(value + value) }
    }
    mode.set()
    #expect(sums.withLock { $0 } == [0, 0])
  }
}
