@testable import Benchmarks
@testable import Checkpoints
import Engine
import Formats
import Foundation
import Platform
@testable import Reports

/// The files of a run directory, in the working directory.
private let run = "run"

private func write(_ bytes: [UInt8], to name: String) {
  if !FileSystem.isDirectory(run) { try! FileSystem.makeDirectory(run) }
  claim(FileManager.default.createFile(atPath: "\(run)/\(name)", contents: Data(bytes)))
}

/// Writes the report of the run.
private func report() {
  let record = RunRecord(run)
  // The likelihood is shown where it is that of the newest checkpoint.
  _ =
    ReportContents(
      record: record, pictures: nil, modelDigest: record.likelihood?.modelDigest, missing: nil
    ).page.bytes
}

extension FuzzTarget.Memory {
  /// A character of YAML or JSON may become a value of its own, with all that Yams or Foundation knows of it.
  static let ofText = Self(each: 256)
}

extension FuzzTarget {
  /// A configuration: as flags, as a run's, and in a report.
  static let yaml = FuzzTarget(
    "yaml", .ofText,
    { input in
      guard let read = try? RunConfiguration(decoding: input.text) else { return }
      guard read.problem == nil else { return }
      let again = try RunConfiguration(decoding: read.text)
      claim(again == read, "written and read again, \(read) is \(again)")
    },
    { input in
      let entries = try SettingsFile(input.path).entries
      claim(
        entries.allSatisfy { $0.value?.contains(where: \.isNewline) != true },
        "values of several lines")
    },
    { input in
      write(input.bytes, to: RunFiles.configuration)
      report()
    })

  /// The rows of a run: when it goes on, in a report and in comparisons.
  static let metrics = FuzzTarget(
    "metrics", .ofText,
    { input in
      write(input.bytes, to: RunFiles.metrics)
      report()
    },
    { input in
      write(input.bytes, to: RunFiles.metrics)
      _ = try MetricsLog(in: run, after: 10)
      let kept = try FileSystem.readBytes("\(run)/\(RunFiles.metrics)")
      _ = try MetricsLog(in: run, after: 10)
      let again = try FileSystem.readBytes("\(run)/\(RunFiles.metrics)")
      claim(again == kept, "rows are dropped that were kept")
    },
    { input in
      _ = TimeToLoss(name: "input", metrics: input.text)
      guard let rows = ComparedMetrics(input.text), let others = ComparedMetrics(otherRows) else {
        return
      }
      claim(rows.firstDifference(from: rows) == nil, "rows that differ from themselves")
      _ = rows.firstDifference(from: others)
    },
    { input in try writeAgain(EpochRow.self, input) },
    { input in try writeAgain(StepRow.self, input) })

  private static let otherRows = #"{"kind":"step","step":1}"#

  /// Reads a row, writes it, and reads it again.
  private static func writeAgain<Row: Codable>(_ row: Row.Type, _ input: FuzzInput) throws {
    guard let read = try? JSONDecoder().decode(Row.self, from: Data(input.text.utf8)) else {
      return
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let written = try encoder.encode(read)
    let again = try encoder.encode(JSONDecoder().decode(Row.self, from: written))
    claim(again == written, "a row is another after it was written")
  }

  /// What else a report reads: the environment and the likelihood.
  static let record = FuzzTarget(
    "record", .ofText,
    { input in
      write(input.bytes, to: RunFiles.environment)
      write(input.bytes, to: RunFiles.likelihood)
      report()
    })

  /// The state of a checkpoint.
  static let state = FuzzTarget(
    "state", .ofText,
    { input in
      let state = try CheckpointState(readFrom: input.path)
      let again = try CheckpointState(decoding: String(decoding: state.text, as: UTF8.self))
      claim(again == state, "written and read again, \(state) is \(again)")
      _ = state.recipe.model(pixels: state.pixels)
    })
}
