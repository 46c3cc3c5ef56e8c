import Foundation
import Support
import Testing

/// A Python with the tools that people read our files with; `scripts/test` sets one up.
enum Python {
  static let program = ProcessInfo.processInfo.environment["LOCKSTEP_PYTHON"]

  /// Runs a script in `folder`, and expects it to end well.
  @discardableResult
  static func run(
    _ script: String, in folder: URL, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    let outcome = try Command(
      [try #require(program), "-c", script], environment: ["PYTHONWARNINGS": "ignore"]
    ).run(seconds: 120, in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)", sourceLocation: sourceLocation)
    return outcome.output
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips a suite where there is no Python.
  static var needsPython: Self {
    .enabled(if: Python.program != nil, "LOCKSTEP_PYTHON names no Python: scripts/test sets one up")
  }
}
