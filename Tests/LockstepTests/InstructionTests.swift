import Foundation
import Kernels
import Support
import Testing

/// Whatever instructions products are computed with, the bits are the same.
@Suite struct InstructionTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder() }

  /// Runs one rank for each of `sets`, empty for the fastest.
  private func launch(_ words: [String], _ sets: [String]) throws -> Command.Outcome {
    try Command.mpirun(
      sets.map { set in
        ["-n", "1", "env", "LOCKSTEP_INSTRUCTIONS=\(set)", Command.built("lockstep")] + words
      }, environment: Job.environment
    ).run()
  }

  private func train(_ sets: [String], run name: String) throws -> RunContents {
    let run = folder.path(name)
    let outcome = try launch(folder.trainWords(run: run) + ["--epochs", "1"], sets)
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.reported)")
    return RunContents(run)
  }

  @Test("every set of instructions, and ranks with unlike ones, train the same model")
  func oneModel() throws {
    let fastest = try train([""], run: "fastest")
    let sets = InstructionSet.available.map(\.rawValue)
    for (number, ranks) in (sets.map { [$0] } + [sets, [""] + sets.prefix(1)]).enumerated() {
      let run = try train(ranks, run: "run-\(number)")
      for file in ["model.safetensors", "optimizer.safetensors", "state.json"] {
        #expect(
          try run.bytes("latest/\(file)") == fastest.bytes("latest/\(file)"), "\(ranks) \(file)")
      }
    }
  }

  @Test("what this processor has not is refused, and what it has is named", arguments: Launch.both)
  func unknown(launch: Launch) throws {
    for (name, set) in [("unknown", "avx3"), ("other", "NEON ")] {
      try folder.train(
        on: launch, run: folder.path(name), environment: ["LOCKSTEP_INSTRUCTIONS": set]
      ).fail(64, "=\(set.lowercased()): this processor has", InstructionSet.available[0].rawValue)
      #expect(!FileManager.default.fileExists(atPath: folder.path(name)))
    }
  }

  @Test("a run of an earlier version goes on, and a sentence tells what that means")
  func earlier() throws {
    try Job(folder.trainWords() + ["--max-steps", "2"]).succeed()
    for arithmetic in [#""arithmetic" : {"hash" : "4d1f", "instructions" : "AVX2"},"#, ""] {
      try folder.contents.editState {
        $0.replacing(/"arithmetic" : \{[^}]*\},/, with: arithmetic)
      }
      let steps = arithmetic.isEmpty ? "4" : "3"
      let first = try Job(folder.trainWords() + ["--max-steps", steps]).succeed()
      #expect(first.errors.contains("is of an earlier version"), "\(first.reported)")
    }
    let then = try Job(folder.trainWords() + ["--max-steps", "5"]).succeed()
    #expect(then.errors.isEmpty, "\(then.reported)")
  }
}

extension RunContents {
  /// Changes the newest checkpoint's `state.json`, and its checksum with it.
  fileprivate func editState(_ change: (String) -> String) throws {
    let old = try text("latest/state.json")
    let new = change(old)
    try #require(new != old)
    let folder = URL(fileURLWithPath: "\(path)/latest").resolvingSymlinksInPath()
    try Data(new.utf8).write(to: folder.appendingPathComponent("state.json"))
    let files = ["model.safetensors", "optimizer.safetensors", "state.json"]
    let sums = try Command(["sha256sum"] + files).run(in: folder).output
    try Data(sums.utf8).write(to: folder.appendingPathComponent("SHA256SUMS"))
  }
}
