import Foundation
import Support
import Testing

/// A host, or its network, is gone or slow while a job runs on it.
@Suite(
  .enabled(if: Hosts.obstacle == nil && Library.isOpenMPI, "\(Hosts.obstacle ?? "not Open MPI")"))
struct LostHostTests {
  /// What scripts/train sets, and for the few minutes of every day the same at a tenth of it.
  private static let questions =
    Extent.isFull ? ["20", "5", "4"] : ["2", "1", "2"]
  private static let environment = Dictionary(
    uniqueKeysWithValues: zip(
      ["time", "intvl", "probes"].map { "OMPI_MCA_oob_tcp_keepalive_\($0)" }, questions))

  /// When the cable is pulled.
  enum Moment: String, CaseIterable, CustomTestStringConvertible {
    case before, during, after
    var testDescription: String { "\(rawValue) a save" }

    /// How often the run saves, and after which step it is so far.
    var words: [String] {
      switch self {
      case .before: ["--checkpoint-every", "100000"]
      case .during: ["--checkpoint-every", "1"]
      case .after: ["--checkpoint-every", "30"]
      }
    }
    var injection: (String) -> Injection {
      switch self {
      case .before: { .after(step: 2, $0) }
      case .during: { .after(step: 20, $0) }
      case .after: { fault in Injection(condition: #"[ -e "$run/step-00000030" ]"#, fault: fault) }
      }
    }
  }

  /// Every epoch ends with a save; a long one keeps the first away.
  private func end(_ fault: String, at moment: Moment, _ row: String) throws {
    let folder = try RunFolder(SmallData(train: 20_000))
    let words = ["--epochs", "1000"] + moment.words
    let job = Job(folder.trainWords() + words, .hosts([1, 1]), environment: Self.environment)
    let (outcome, seconds) = try moment.injection(fault)
      .run(job.command, run: folder.run, hosts: [1, 1], seconds: 100)
    try Promise(Extent.isFull ? row : "\(row)-soon").expect(outcome, after: seconds)
    let last = try #require(try folder.contents.steps("step").last)
    let saved = (try? folder.contents.latest()).flatMap { Int($0.dropFirst(5)) } ?? 0
    note("\(row) \(moment)", seconds, lost: last - saved)
    #expect((moment == .before) == (saved == 0))
    // Without the host the run goes on.
    let other = folder.path("other")
    for run in [folder.run, other] {
      try Job(folder.trainWords(run: run) + words + ["--max-steps", "\(last + 3)"]).succeed()
    }
    #expect(try folder.contents.model() == RunContents(other).model())
  }

  @Test(
    "a host that is cut off ends the job",
    arguments: Extent.isFull ? Moment.allCases : [.during])
  func cut(moment: Moment) throws { try end("$cluster cut node2", at: moment, "cut") }

  /// What one host sends is lost; what it is sent arrives.
  @Test(
    "a link that loses one direction ends the job",
    .enabled(
      if: (try? Command(["nft", "--version"]).run().status) == 0, "nftables is not installed"),
    arguments: Extent.isFull ? ["node1", "node2"] : ["node2"])
  func oneWay(host: String) throws {
    let rules =
      "table inet lost { chain input { type filter hook input priority 0; policy drop; }; }"
    let fault = "nsenter --net=/run/netns/\(host) nft '\(rules)'"
    try end(fault, at: .after, "one-way")
  }

  @Test("a slow link is no alarm")
  func slow() throws {
    let folder = try RunFolder(SmallData(train: 500, rows: 28, columns: 28))
    let words = ["--hidden", "100", "--epochs", "3"]
    let other = folder.path("other")
    let job = Job(folder.trainWords() + words, .hosts([1, 1]), environment: Self.environment)
    let shape = "for host in node1 node2; do $cluster shape $host --rate 10mbit; done"
    let (outcome, seconds) = try Injection.after(step: 5, shape)
      .run(job.command, run: folder.run, hosts: [1, 1])
    try Promise("slow").expect(outcome)
    #expect(outcome.told.isEmpty, "\(outcome.errors)")
    note("slow, 25 steps", seconds)
    try Job(folder.trainWords(run: other) + words).succeed()
    try expectSameRun(folder.run, other, epochs: 3, anyRanks: true)
  }
}
