import Foundation
import Support
import Testing

@testable import lockstep

/// The words of the command line, which the program alone knows.
@Suite struct VocabularyTests {
  /// Launchers have flags of these names, too, which a library may tell of.
  private static let ofLaunchers: Set = ["host", "hostfile", "quiet"]

  @Test("no library spells a flag of the program")
  func libraries() throws {
    let program = try CommandDescription.program()
    let flags = Set((program.commands + program.hiddenCommands).flatMap(\.flags).flatMap(\.names))
      .subtracting(Self.ofLaunchers)
    #expect(flags.isSuperset(of: ["learning-rate", "run", "no-quiet", "data"]))
    let sources = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../Sources")
      .standardizedFileURL
    let rooms = try FileManager.default.contentsOfDirectory(atPath: sources.path)
      .filter { $0 != "lockstep" }
    #expect(rooms.contains("Checkpoints"))
    let outcome = try Command(
      ["grep", "-rnoE", "--include=*.swift", #"(^|[^-])--[a-z][a-z-]+"#] + rooms
    )
    .run(in: sources)
    let found = outcome.output.split(separator: "\n").filter { line in
      // Scripts that train in other frameworks have flags of their own.
      guard !line.hasPrefix("Benchmarks/Speed/Peer.swift:") else { return false }
      return
        line.range(of: "--").map { flags.contains(String(line[$0.upperBound...])) } ?? false
    }
    #expect(found.isEmpty, "\(found)")
  }
}
