import Foundation
import Support
import Testing

/// The batch scripts of `cluster/slurm`, in a real Slurm on this machine, one Slurm at a time.
@Suite(.serialized, .enabled(if: Slurm.obstacle == nil, "\(Slurm.obstacle ?? "")"))
struct SlurmTests {
  private typealias Script = SlurmJob.Script

  private let folder: RunFolder
  private let other: String

  init() throws {
    folder = try RunFolder(SmallData(train: 20_000, test: 300))
    other = folder.path("other")
  }

  private func job(_ script: Script) -> SlurmJob {
    SlurmJob(script: script, log: folder.path("log"), metrics: "\(other)/metrics.jsonl")
  }

  /// The flags of a run that takes seconds, so that what stops it finds it training.
  private func flags(run: String) -> [String] {
    Array(folder.trainWords(run: run).dropFirst()) + ["--epochs", "4"]
  }

  /// What the job said; empty where it never began.
  private var log: String {
    (try? String(contentsOfFile: folder.path("log"), encoding: .utf8)) ?? ""
  }

  @Test(
    "a job that is stopped, then begun again by Slurm, ends with the bits of one process",
    arguments: Script.allCases)
  private func bits(script: Script) throws {
    try Job(["train"] + flags(run: folder.run)).succeed()
    let outcome = try job(script).run(
      flags(run: other), interrupted: [script.stop, "scontrol requeue"])
    #expect(outcome.output == "COMPLETED 0:0 2\n", "\(outcome.errors)\(log)")
    #expect(log.components(separatedBy: "going on after step").count == 3, "\(log)")
    #expect(log.contains("part 1 has ended"), "\(log)")
    try expectSameRun(other, folder.run, epochs: 4, anyRanks: true)
  }

  @Test("a signal before ranks listen begins the part again", arguments: Script.allCases)
  private func early(script: Script) throws {
    let program = folder.path("program")
    try Data("#!/bin/sh\n[ -n \"$SLURM_RESTART_COUNT\" ] || kill -USR1 $$\n".utf8)
      .write(to: URL(fileURLWithPath: program))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    let outcome = try job(script).run([], environment: ["LOCKSTEP_PROGRAM": program])
    #expect(outcome.output == "COMPLETED 0:0 1\n", "\(outcome.errors)\(log)")
  }

  @Test("a job that has had its parts ends with the ranks' code", arguments: Script.allCases)
  private func parts(script: Script) throws {
    let outcome = try job(script).run(
      flags(run: other), interrupted: [script.stop], environment: ["LOCKSTEP_PARTS": "1"])
    #expect(outcome.output == "FAILED 75:0 0\n", "\(outcome.errors)\(log)")
    #expect(log.contains("part 1 was the last"))
  }

  @Test("a job that is cancelled does not go on", arguments: Script.allCases)
  private func cancelled(script: Script) throws {
    let outcome = try job(script).run(flags(run: other), interrupted: ["scancel"])
    #expect(outcome.output.hasPrefix("CANCELLED "), "\(outcome.errors)\(log)")
    #expect(outcome.output.hasSuffix(" 0\n"), "\(outcome.errors)\(log)")
  }

  @Test(
    "what is wrong ends the job, with one sentence", arguments: Script.allCases,
    [
      (["--epochs", "0"], [:], "64", "--epochs must be"),
      ([], ["LOCKSTEP_PROGRAM": "/nowhere"], "69", "there is no program /nowhere"),
      ([], ["LOCKSTEP_PARTS": "many"], "64", "LOCKSTEP_PARTS must be a number"),
    ])
  private func wrong(
    script: Script, mistake: (flags: [String], [String: String], code: String, sentence: String)
  ) throws {
    let outcome = try job(script).run(mistake.flags, environment: mistake.1)
    #expect(outcome.output == "FAILED \(mistake.code):0 0\n", "\(outcome.errors)\(log)")
    #expect(log.components(separatedBy: mistake.sentence).count == 2, "\(log)")
  }
}
