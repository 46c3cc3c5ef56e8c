import Foundation
import Support
import Testing

/// A row of the page of promises, README.md beside this file: what users are told of one fault. Tests of the
/// fault ask the page for words, codes and time, so that page and tests cannot come apart.
struct Promise: CustomTestStringConvertible {
  /// The name by which tests find the row.
  let name: String
  /// How long it takes at most until the fault is seen; nil where the page has no figure.
  let limit: Duration?
  /// What is said, in any order.
  let words: [String]
  /// The exit codes that there may be.
  let codes: [Int32]
  /// The tests that inject the fault, as `Suite.test`.
  let proofs: [String]

  var testDescription: String { name }

  static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("README.md")

  /// All rows of the page's tables.
  static let all: [Promise] =
    (try? String(contentsOf: page, encoding: .utf8))?.split(separator: "\n")
    .filter { $0.hasPrefix("| `") }.map(Promise.init(row:)) ?? []

  /// The row of this name.
  init(_ name: String) throws {
    self = try #require(Self.all.first { $0.name == name }, "no row '\(name)' in \(Self.page.path)")
  }

  /// `| name | what happens | seen after | lost | words | code | test |`
  private init(row: Substring) {
    let cells = row.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    precondition(cells.count == 9, "a row of the page has seven cells: \(row)")
    let quoted = { (cell: String) in cell.matches(of: /`([^`]+)`/).map { String($0.1) } }
    name = quoted(cells[1]).first ?? ""
    limit = cells[3].firstMatch(of: /([\d.]+) s\b/).flatMap { Double($0.1) }.map { .seconds($0) }
    words = quoted(cells[5]).flatMap { $0.split(separator: "…").map(String.init) }
    codes = cells[6].matches(of: /\d+/).compactMap { Int32($0.0) }
    proofs = quoted(cells[7])
  }

  /// Expects what is promised of a job that has ended `seconds` after the fault.
  func expect(
    _ outcome: Command.Outcome, after seconds: Double? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      codes.contains(outcome.status), "\(name): \(outcome.reported)", sourceLocation: sourceLocation
    )
    for word in words {
      #expect(
        outcome.reported.contains(word), "\(name): no '\(word)' in: \(outcome.reported)",
        sourceLocation: sourceLocation)
    }
    if let limit, let seconds {
      #expect(.seconds(seconds) < limit, "\(name): \(seconds) s", sourceLocation: sourceLocation)
    }
  }
}
