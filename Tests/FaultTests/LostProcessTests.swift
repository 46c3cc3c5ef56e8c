import Foundation
import Support
import Testing

/// A process of the job is killed: a rank, the launcher, or the launcher's daemon on another host.
@Suite struct LostProcessTests {
  private static let words = ["--epochs", "100000", "--checkpoint-every", "2"]

  /// How many steps a save may be behind: one is under way beside training, and the steps here take no time.
  private static let most = 200

  @Test("SIGKILL of any rank ends the job", arguments: 0..<3)
  func rank(killed: Int) throws {
    let folder = try RunFolder()
    let job = Job(folder.trainWords() + Self.words, .ranks(3))
    let (outcome, seconds) = try Injection.after(
      step: 20, "set -- $(ranks $job); shift \(killed); kill -KILL $1"
    ).run(job.command, run: folder.run)
    try Promise("kill-rank").expect(outcome, after: seconds)
    let lost = try folder.expectSameBits(Self.words, losing: Self.most, on: .ranks(2))
    note("kill-rank \(killed)", seconds, lost: lost)
  }

  @Test(
    "SIGKILL of a rank on another host ends the job",
    .enabled(if: Hosts.obstacle == nil, "\(Hosts.obstacle ?? "")"))
  func remoteRank() throws {
    let folder = try RunFolder()
    let job = Job(folder.trainWords() + Self.words, .hosts([1, 2]))
    let (outcome, seconds) = try Injection.after(
      step: 20, "set -- $(on node2 lockstep); kill -KILL $1"
    ).run(job.command, run: folder.run, hosts: [1, 2])
    try Promise("kill-rank").expect(outcome, after: seconds)
    let lost = try folder.expectSameBits(Self.words, losing: Self.most)
    note("kill-remote-rank", seconds, lost: lost)
  }

  @Test("SIGKILL of the launcher ends its ranks")
  func launcher() throws {
    let folder = try RunFolder()
    let job = Job(folder.trainWords() + Self.words, .ranks(3))
    let (outcome, seconds) = try Injection.after(step: 20, "kill -KILL $job")
      .run(job.command, run: folder.run)
    try Promise("kill-mpirun").expect(outcome, after: seconds)
    let lost = try folder.expectSameBits(Self.words, losing: Self.most, on: .ranks(2))
    note("kill-mpirun", seconds, lost: lost)
  }

  @Test(
    "SIGKILL of the daemon on another host ends the job",
    .enabled(if: Hosts.obstacle == nil, "\(Hosts.obstacle ?? "")"))
  func daemon() throws {
    let folder = try RunFolder()
    let job = Job(folder.trainWords() + Self.words, .hosts([1, 1]))
    let name = Library.isOpenMPI4 ? "orted" : Library.isOpenMPI ? "prted" : "hydra_pmi_proxy"
    let (outcome, seconds) = try Injection.after(step: 20, "kill -KILL $(on node2 \(name))")
      .run(job.command, run: folder.run, hosts: [1, 1])
    try Promise("kill-daemon").expect(outcome, after: seconds)
    let lost = try folder.expectSameBits(Self.words, losing: Self.most)
    note("kill-daemon", seconds, lost: lost)
  }
}

/// Writes down what was measured, for whoever brings the page up to date: `FAULT_FIGURES` is a file.
func note(_ name: String, _ seconds: Double, lost: Int? = nil) {
  guard let path = ProcessInfo.processInfo.environment["FAULT_FIGURES"],
    let file = fopen(path, "a")
  else { return }
  fputs("\(name)\t\(seconds) s\t\(lost.map { "\($0) steps lost" } ?? "")\n", file)
  fclose(file)
}
