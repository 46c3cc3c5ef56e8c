import Foundation
import Kernels
@testable import Platform
import Support
import Testing

/// `lockstep bench --prove`, which trains in several ways and compares what is left.
@Suite struct ProofTests {
  private let folder: RunFolder

  /// Eleven steps of 128 images make an epoch.
  init() throws { folder = try RunFolder(SmallData(train: 1300)) }

  private func words(_ words: [String]) -> [String] {
    ["bench", "--prove", "--data", folder.data, "--precision", "fp32"] + words
  }

  private func job(_ words: [String], path: String? = nil) -> Job {
    var environment = ["TMPDIR": folder.folder.url.path]
    environment["PATH"] = path
    return Job(self.words(words), environment: environment)
  }

  /// What of the JSON is looked at here.
  private struct Report: Decodable {
    struct Row: Decodable {
      struct Cell: Decodable {
        var ranks: Int
        var threads: Int
        var teams: String
        var hosts: [Int]?
        var resumedOn: Int?
      }
      var cell: Cell
      struct Failure: Decodable {
        var code: Int
        var sentence: String
      }
      var stoppedAfter: Int?
      var model: String?
      var optimizer: String?
      var differences: [String]
      var failure: Failure?
    }
    var rows: [Row]
  }

  private func report() throws -> Report {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(
      Report.self, from: Data(contentsOf: URL(fileURLWithPath: folder.path("proof.json"))))
  }

  /// Expects the lines below the table: of small data no model is published.
  private func expectLast(_ verdict: String, _ outcome: Command.Outcome) {
    let published =
      "no published model to compare with: there is one for MNIST, fp32, batch 128, default steps"
    #expect(outcome.output.hasSuffix("\n\(verdict)\n\(published)\n"), "\(outcome.output)")
  }

  @Test("ranks, threads and stops leave the bits that a run by hand leaves")
  func holds() throws {
    let words = ["--ranks", "1,3", "--steps", "20", "--json", folder.path("proof.json")]
    let outcome = try job(words).succeed()
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
    expectLast("the same bits in all 7 runs: model, optimizer and metrics", outcome)
    let rows = try report().rows
    let names = rows.map {
      "\($0.cell.ranks) \($0.cell.threads) \($0.cell.teams) \($0.cell.resumedOn.map(String.init) ?? "-")"
    }
    #expect(
      names == [
        "1 1 node -", "3 1 node -", "1 2 node -", "3 1 rank -", "3 1 node 1", "1 1 node 3",
        "3 1 rank 1",
      ])
    for row in rows {
      #expect((row.stoppedAfter != nil) == (row.cell.resumedOn != nil))
      if let step = row.stoppedAfter { #expect((1..<20).contains(step)) }
    }
    let run = folder.path("by-hand")
    try Job([
      "train", "--data", folder.data, "--run", run, "--max-steps", "20", "--epochs", "99",
    ]).succeed()
    let sums = try RunContents("\(run)/latest").text("SHA256SUMS").split(separator: "\n")
    for (name, digests) in [("model", rows.map(\.model)), ("optimizer", rows.map(\.optimizer))] {
      #expect(
        digests.allSatisfy { sums.contains("\($0 ?? "")  \(name).safetensors") }, "\(digests)")
    }
    // Open MPI 5 leaves a folder of its own.
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.folder.url.path)
      .filter { !$0.hasPrefix("ompi.") }
    #expect(left.sorted() == ["by-hand", "data", "proof.json"])
  }

  @Test(
    "hosts are made, and leave the same bits",
    .enabled(if: Hosts.obstacle == nil, "\(Hosts.obstacle ?? "")"))
  func hosts() throws {
    let words = [
      "--ranks", "1", "--steps", "20", "--json", folder.path("proof.json"), "--host-maker",
      Hosts.script,
    ]
    let environment = ["TMPDIR": folder.folder.url.path].merging(Hosts.environment) { $1 }
    let outcome = try Job(self.words(words), environment: environment).succeed()
    expectLast("the same bits in all 6 runs: model, optimizer and metrics", outcome)
    let rows = try report().rows
    #expect(rows.map(\.cell.hosts) == [nil, nil, nil, [1, 1], [2, 1], [2, 1]])
    #expect(rows.last?.cell.resumedOn == 1)
    #expect(outcome.output.contains(" 2 + 1 → 1 "), "\(outcome.output)")
  }

  @Test("runs that differ are named, and the code is 70")
  func differs() throws {
    let words = ["--ranks", "1,2", "--steps", "20", "--json", folder.path("proof.json")]
    // Lets runs begin with other parameters.
    let misleading = try folder.folder.launcher(
      #"[ -e "$TMPDIR"/lockstep-bench-*/run/latest ] || set -- "$@" --seed 2"#,
      #"exec \#(Library.launcher) "$@""#)
    let outcome = try job(words, path: misleading).command.run()
    #expect(outcome.status == 70, "\(outcome.reported)")
    let verdict = "NOT the same bits: 4 of 7 runs differ from the first of their kind"
    #expect(outcome.errors == "lockstep: \(verdict)\n")
    expectLast(verdict, outcome)
    let different = ["model", "optimizer", "metrics from step 1"]
    #expect(
      try report().rows.map(\.differences) == [
        [], different, [], different, different, [], different,
      ])
    let lines = outcome.output.split(separator: "\n").filter { $0.contains("DIFFERENT") }
    #expect(
      lines.count == 4 && lines.allSatisfy { $0.hasSuffix(different.joined(separator: ", ")) })
  }

  @Test("runs have the instructions that were asked for")
  func instructions() throws {
    let set = InstructionSet.available[0].rawValue
    let telling = try folder.folder.launcher(
      #"echo "$LOCKSTEP_INSTRUCTIONS" >>'\#(folder.path("sets"))'"#,
      #"exec \#(Library.launcher) "$@""#)
    let words = ["--ranks", "2", "--steps", "5", "--batch-sizes", "16"]
    try Job(
      self.words(words),
      environment: [
        "TMPDIR": folder.folder.url.path, "PATH": telling, InstructionSet.variable: set,
      ]
    ).succeed()
    let sets = try String(contentsOfFile: folder.path("sets"), encoding: .utf8)
    #expect(Set(sets.split(separator: "\n").map(String.init)) == [set], "\(sets)")
  }

  @Test("runs that cannot be stopped do not lose the others")
  func notStopped() throws {
    let words = ["--ranks", "1,2", "--steps", "20", "--json", folder.path("proof.json")]
    // A shell that keeps the signal to itself.
    let deaf = try folder.folder.launcher("trap : USR1", #"\#(Library.launcher) "$@""#)
    let outcome = try job(words, path: deaf).command.run()
    let sentence = "a run of 20 steps was done before it could be stopped; give more --steps"
    outcome.expectFailure(74, ["the same bits in 5 of 7 runs, but 2 failed: \(sentence)"])
    expectLast("the same bits in 5 of 7 runs, but 2 failed", outcome)
    let lines = outcome.output.split(separator: "\n").filter { $0.contains("not stopped") }
    #expect(lines.count == 2 && lines.allSatisfy { $0.hasSuffix("FAILED: \(sentence)") })
    let rows = try report().rows
    #expect(rows.map { $0.failure?.code } == [nil, nil, nil, nil, 74, nil, 74])
    #expect(rows.allSatisfy { ($0.model == nil) == ($0.failure != nil) })
  }

  /// The run would take minutes. Its processes are mpirun and two ranks.
  @Test("a signal ends it and all it started", arguments: ["INT", "TERM"])
  func interrupted(signal: String) throws {
    let outcome = try job(["--ranks", "2", "--steps", "1000000"])
      .interrupted(by: signal, onceThreeMatch: "lockstep tr[a]in --data \(folder.data)")
    #expect(outcome.status == (signal == "INT" ? 130 : 143), "\(outcome.reported)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.folder.url.path) == ["data"])
  }

  @Test(
    "wrong flags",
    arguments: [
      (["--steps", "4"], "--steps must be from 5"), (["--predict"], "choose one"),
      (["--precision", "fp8"], "'fp8'"), (["--seconds", "1"], "--seconds makes no difference"),
      (["--nodes", "2"], "--nodes makes no difference to --prove; leave it out"),
      (["--json", "/nowhere/x"], "/nowhere/x: cannot be written"),
    ])
  func usage(words: [String], part: String) throws {
    try job(words).fail(words[0] == "--json" ? 74 : 64, part)
  }
}
