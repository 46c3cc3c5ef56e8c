import Foundation
@testable import Runs
import Support
import Testing

@Suite struct EventLogTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
  }

  /// TensorBoard reads files in the order of their names; two jobs may begin within a second, and a clock
  /// may be set back.
  @Test(
    "a later job's file has a later name", arguments: [nil, "events.out.tfevents.9999999998.x"])
  func order(earlier: String?) throws {
    if let earlier { try Data().write(to: folder.url.appendingPathComponent(earlier)) }
    var known = try names()
    for _ in 0..<2 where known.last != "events.out.tfevents.9999999999.lockstep" {
      _ = try EventLog(in: folder.url.path, after: 0)
      let now = try names()
      #expect(now.count == known.count + 1 && now.dropLast() == known[...])
      known = now
    }
  }

  @Test("files of other programs whose names tell no time are ignored")
  func others() throws {
    for name in ["events.out.tfevents.x", "events.out.tfevents.99999999999999999999.x"] {
      try Data().write(to: folder.url.appendingPathComponent(name))
    }
    _ = try EventLog(in: folder.url.path, after: 0)
    #expect(try names().count == 3)
  }
}
