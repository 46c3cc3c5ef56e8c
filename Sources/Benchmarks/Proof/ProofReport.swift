internal import Engine
internal import Kernels
package import Platform

/// What one run of a proof wrote, or why it failed.
struct ProofRow: Codable {
  /// How it was trained.
  var cell: ProofCell

  /// The last step before the stop; nil where nothing stopped the run.
  var stoppedAfter: Int?

  /// The SHA-256 of `model.safetensors` and `optimizer.safetensors`, in hexadecimal; nil where the
  /// run failed.
  var model: String?
  /// See ``model``.
  var optimizer: String?

  /// The SHA-256 that is published for such a model; nil where none is. See ``PublishedModel``.
  var published: String?

  /// Seconds from the start of the first process to the end of the last.
  var seconds = 0.0

  /// What differs from the first run of the same subject, as in "metrics from step 3".
  var differences: [String] = []

  /// Why the run left nothing to compare; nil where it did not fail.
  var failure: Reason?

  /// A failure, as the JSON file has it.
  struct Reason: Codable {
    /// The exit code.
    var code: Int32
    /// What happened, in one sentence.
    var sentence: String
  }
}

/// All that a proof found; the members of its JSON file.
package struct ProofReport: Codable, BenchResult {
  /// The machine that the proof ran on.
  var machine: UsableCores

  /// The instructions of the matrix products.
  var instructions: String

  /// Why no runs on several hosts are among them; nil where some are.
  var withoutHosts: String?

  /// The runs, in the order in which they were done.
  var rows: [ProofRow] = []

  /// Whether all runs of a subject, failed ones aside, ended with the same bits.
  var holds: Bool { rows.allSatisfy(\.differences.isEmpty) }

  /// A sentence that tells whether all runs of a subject ended with the same bits.
  var conclusion: String {
    let wrong = rows.count { !$0.differences.isEmpty }
    let failed = rows.count { $0.failure != nil }
    if wrong > 0 {
      return "NOT the same bits: \(wrong) of \(rows.count) runs differ from the first of their kind"
    }
    return failed == 0
      ? "the same bits in all \(rows.count) runs: model, optimizer and metrics"
      : "the same bits in \(rows.count - failed) of \(rows.count) runs, but \(failed) failed"
  }

  /// Whether every model for which a SHA-256 is published has this SHA-256.
  var isAsPublished: Bool { publishedRows.allSatisfy { $0.model == $0.published } }

  /// A sentence that tells whether the models are the published ones.
  var publishedConclusion: String {
    guard let first = publishedRows.first, let published = first.published else {
      return
        "no published model to compare with: there is one for MNIST, fp32, batch 128, default steps"
    }
    let name =
      "the published model, \(published.prefix(16)) after \(first.cell.subject.steps) steps in fp32"
    let wrong = publishedRows.count { $0.model != $0.published }
    return wrong == 0
      ? "\(name): every run has it"
      : "NOT \(name): \(wrong) of \(publishedRows.count) runs have another; run "
        + "this again with LOCKSTEP_INSTRUCTIONS=generic: if the model is then the published one, this "
        + "processor computes wrongly, otherwise this build does"
  }

  private var publishedRows: [ProofRow] { rows.filter { $0.published != nil } }

  /// The failure with which the process ends; nil where all is well. If bits differ and runs have
  /// failed, it is about the bits.
  package var failure: Failure? {
    if !holds { return Failure(.disagreement, Sentence(conclusion)) }
    if !isAsPublished { return Failure(.disagreement, Sentence(publishedConclusion)) }
    guard let first = rows.lazy.compactMap(\.failure).first else { return nil }
    return Failure(ExitCode(rawValue: first.code) ?? .mpi, "\(conclusion): \(first.sentence)")
  }

  /// See ``BenchResult``.
  package var lines: [String] {
    var table = TextTable(
      ["", "batch", "steps", "ranks", "threads", "teams", "stopped", "model", "optimizer", "bits"],
      [.left, .right, .right, .left, .right] + Array(repeating: .left, count: 5))
    var known: Set<ProofCell.Subject> = []
    for row in rows {
      let isFirst = row.failure == nil && known.insert(row.cell.subject).inserted
      table.add(entries(row, isFirst: isFirst))
    }
    let note = withoutHosts.map { ["several nodes were not tried: \($0)"] } ?? []
    return [heading, ""] + table.lines + [""] + note + [conclusion, publishedConclusion]
  }

  private var heading: String {
    "\(machine.processor), \(Wording.count(machine.count, "core")), "
      + "products in \(instructions); SHA-256, first 16 digits"
  }

  private func entries(_ row: ProofRow, isFirst: Bool) -> [String] {
    let cell = row.cell
    return [
      cell.subject.precision.rawValue, "\(cell.subject.batchSize)", "\(cell.subject.steps)",
      cell.whose, "\(cell.threads)", cell.teams.rawValue,
      row.stoppedAfter.map { "after step \($0)" } ?? (cell.resumedOn == nil ? "–" : "not stopped"),
      row.model.map { String($0.prefix(16)) } ?? "–",
      row.optimizer.map { String($0.prefix(16)) } ?? "–", bits(row, isFirst: isFirst),
    ]
  }

  private func bits(_ row: ProofRow, isFirst: Bool) -> String {
    if let failure = row.failure { return "FAILED: \(failure.sentence)" }
    if row.differences.isEmpty { return isFirst ? "–" : "same" }
    return "DIFFERENT: " + row.differences.joined(separator: ", ")
  }
}
