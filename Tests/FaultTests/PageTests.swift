import Foundation
import Support
import Testing

/// The page of promises and the tests that prove them.
@Suite struct PageTests {
  private static let tests = Promise.page.deletingLastPathComponent().deletingLastPathComponent()

  /// What is written in the Swift files of these folders of tests.
  private static func sources(_ folders: [String]) throws -> [String] {
    try folders.flatMap { folder in
      try FileManager.default.contentsOfDirectory(
        at: tests.appendingPathComponent(folder), includingPropertiesForKeys: nil
      ).filter { $0.pathExtension == "swift" }.map { try String(contentsOf: $0, encoding: .utf8) }
    }
  }

  @Test("each row names a test that is there, and is the only one of its name")
  func rows() throws {
    let sources = try Self.sources(["FaultTests", "LockstepTests"])
    #expect(Promise.all.count > 20)
    for promise in Promise.all {
      #expect(!promise.proofs.isEmpty && !promise.codes.isEmpty, "\(promise.name)")
      #expect(Promise.all.count { $0.name == promise.name } == 1, "\(promise.name)")
      for proof in promise.proofs {
        let names = proof.split(separator: ".")
        let isThere = sources.contains {
          $0.contains("struct \(names[0]) ") && $0.contains("func \(names[1])(")
        }
        #expect(isThere, "\(promise.name) names \(proof)")
      }
    }
  }

  /// Of rows that are proved elsewhere, by tests that do not ask the page.
  @Test("words and codes of a row stand in a test that it names")
  func words() throws {
    let sources = try Self.sources(["FaultTests", "LockstepTests"])
    for promise in Promise.all {
      let suites = promise.proofs.map { $0.split(separator: ".")[0] }
      let proofs = sources.filter { source in
        suites.contains { source.contains("struct \($0) ") }
      }
      guard !proofs.contains(where: { $0.contains("Promise(") }) else { continue }
      for word in promise.words + promise.codes.map(String.init) {
        #expect(proofs.contains { $0.contains(word) }, "'\(word)' of \(promise.name)")
      }
    }
  }

  @Test("each test of a fault is in a row")
  func tests() throws {
    for source in try Self.sources(["FaultTests"]) {
      guard let suite = source.firstMatch(of: #/struct (\w+Tests) \{/#)?.1, suite != "PageTests"
      else {
        continue
      }
      for test in source.matches(of: #/@Test\((?s:.*?)\n  func (\w+)\(/#) {
        let proof = "\(suite).\(test.1)"
        #expect(Promise.all.contains { $0.proofs.contains(proof) }, "no row names \(proof)")
      }
    }
  }
}
