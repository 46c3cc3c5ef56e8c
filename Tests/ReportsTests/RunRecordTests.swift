import Engine
import Formats
import Foundation
@testable import Reports
import Support
import Testing

/// Reports of runs whose files somebody has changed.
@Suite struct RunRecordTests {
  @Test(
    "a report leaves out what cannot be",
    arguments: [
      "hidden: 0", "latent: -5", "hidden: 9223372036854775807", "latent: 4611686018427387904",
    ])
  func impossibleRecipes(_ line: String) throws {
    let folder = try TemporaryFolder()
    let others = "batch-size: 128\nlearning-rate: 1e-3\nseed: 1\nprecision: fp32\n"
    let text = others + (line.hasPrefix("h") ? "latent: 20\n" : "hidden: 400\n") + line + "\n"
    _ = try folder.file("config.yaml", Array(text.utf8))
    let record = RunRecord(folder.url.path)
    #expect(record.recipe == nil)
    #expect(record.configuration.count == 6)
    let contents = ReportContents(record: record, pictures: nil, modelDigest: nil, missing: nil)
    #expect(
      String(decoding: contents.page.bytes, as: UTF8.self).contains(line.split(separator: " ")[1]))
  }
}
