@testable import Engine
import Testing

@Suite struct ReplicaComparisonTests {
  @Test("a sentence names the step and the ranks whose parameters differ")
  func known() {
    #expect(
      ReplicaComparison.sentence(7, ["rank 1 on a"], isKnown: true)
        == "step 7: the parameters of rank 1 on a are not those of the other replicas; nothing was saved "
        + "of this step; start again from the last checkpoint, and if it happens again, leave that host "
        + "out")
  }

  @Test("without a majority the sentence names all, and blames none")
  func unknown() {
    #expect(
      ReplicaComparison.sentence(7, ["rank 0 on a", "rank 1 on b"], isKnown: false)
        == "step 7: the replicas of rank 0 on a, rank 1 on b are not the same, and no majority tells "
        + "which is wrong; nothing was saved of this step; start again from the last checkpoint, and if "
        + "it happens again, have these hosts looked at")
  }
}
