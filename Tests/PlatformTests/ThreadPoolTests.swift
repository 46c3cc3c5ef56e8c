@testable import Platform
import Synchronization
import Testing

@Suite struct ThreadPoolTests {
  @Test("every thread has its turn in every round", arguments: [1, 2, 3, 8])
  func rounds(count: Int) throws {
    let pool = try ThreadPool(count)
    let turns = Mutex([Int](repeating: 0, count: count))
    for round in 1...500 {
      pool.run { thread in turns.withLock { $0[thread] += 1 } }
      #expect(turns.withLock { $0 } == [Int](repeating: round, count: count))
    }
  }

  @Test("what is captured is let go of with the round", arguments: [1, 4])
  func release(count: Int) throws {
    final class Witness {}
    let pool = try ThreadPool(count)
    for _ in 0..<500 {
      var witness: Witness? = Witness()
      weak let trace = witness
      pool.run { [witness] _ in precondition(witness != nil) }
      witness = nil
      #expect(trace == nil)
    }
  }
}
