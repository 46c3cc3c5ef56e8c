@testable import Engine
import Testing

@Suite struct ReplicaComparisonTests {
  @Test("a sentence names the step and the ranks whose parameters differ")
  func sentence() {
    #expect(
      ReplicaComparison.sentence(7, ["rank 1 on a"], isKnown: true).contains(
        "step 7: the parameters of rank 1 on a are not"))
  }
}
