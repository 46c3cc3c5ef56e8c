import Foundation
import Support
import Testing

/// Teams whose replicas have come apart stop, and say which.
@Suite struct ReplicaTests {
  private let folder: RunFolder
  private let host: String

  init() throws {
    folder = try RunFolder(SmallData(train: 800))
    host = ProcessInfo.processInfo.hostName
  }

  /// Trains four steps, one epoch, on `ranks`, of which `rank` has a bit flipped from the
  /// beginning.
  private func train(
    flipping rank: Int, of ranks: Int, teams: String = "rank", verifyEvery steps: String = ""
  ) throws -> Command.Outcome {
    try Command.mpirun(
      ranks: ranks, "replica-probe", [folder.data, folder.run, teams, steps, "\(rank)"],
      environment: Job.failing
    ).run()
  }

  /// Of two, nobody can tell which.
  @Test(
    "a replica that is not as most are is named, and nothing is saved",
    arguments: [(0, 2), (1, 2), (0, 3), (2, 3)])
  func named(flipped: Int, ranks: Int) throws {
    let sentence =
      ranks == 2
      ? "step 4: the replicas of rank 0 on \(host), rank 1 on \(host) are not the same"
      : "step 4: the parameters of rank \(flipped) on \(host) are not those"
    try train(flipping: flipped, of: ranks).expectFailure(70, [sentence])
    #expect(try !folder.contents.names().contains { $0.hasPrefix("step-") || $0 == "latest" })
    #expect(try folder.contents.steps("epoch") == [])
  }

  @Test("replicas are compared as often as asked for", arguments: [("1", 1), ("3", 3), ("9", 4)])
  func often(steps: String, first: Int) throws {
    try train(flipping: 1, of: 2, verifyEvery: steps).expectFailure(70, ["step \(first): "])
  }

  @Test(
    "where one team's losses are not finite, all teams fail and none takes the step",
    arguments: [(0, 2), (1, 2), (2, 3)], ["1", "2"])
  func notFinite(team: (rank: Int, ranks: Int), threads: String) throws {
    let words = [folder.data, folder.run, "rank", "", "\(team.rank)", threads]
    try Command.mpirun(
      ranks: team.ranks, "replica-probe", words, environment: Job.failing
    ).run().expectFailure(70, ["step 1: the loss or its gradient is not finite"])
  }

  @Test("0 compares never, and a lone team has nothing to compare")
  func never() throws {
    #expect(try train(flipping: 1, of: 2, verifyEvery: "0").status == 0)
    #expect(try train(flipping: 1, of: 2, teams: "node", verifyEvery: "1").status == 0)
  }

  @Test("--verify-every is kept in the configuration, which may do without")
  func configuration() throws {
    try folder.train("--max-steps", "1").succeed()
    #expect(try !folder.contents.text("config.yaml").contains("verify-every"))
    try folder.train("--verify-every", "2", "--teams", "rank", "--max-steps", "3", on: .ranks(2))
      .succeed()
    try folder.train("--max-steps", "4").succeed()
    #expect(try folder.contents.text("config.yaml").contains("verify-every: 2\n"))
  }
}
