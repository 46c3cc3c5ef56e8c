import Foundation
import Support
import Testing

/// What is shown while images are drawn.
@Suite struct SampleProgressTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder.trained() }

  private func sample(_ words: String..., on launch: Launch, columns: Int = 80) throws
    -> Command.Outcome
  {
    try Job(
      ["sample", folder.run, "--count", "3000", "--output", folder.path("x.npy")] + words, launch,
      environment: ["COLUMNS": "\(columns)"]
    ).succeed()
  }

  /// The line that tells the end, without the bar before it.
  private func last(_ outcome: Command.Outcome) -> String? {
    outcome.output.split(whereSeparator: \.isNewline).last
      .flatMap { $0.components(separatedBy: "\u{1b}[K").last }
  }

  @Test("a bar is drawn over itself where it is asked for", arguments: Launch.both)
  func always(launch: Launch) throws {
    let outcome = try sample("--progress", "always", on: launch)
    let drawn = outcome.reported.components(separatedBy: "\r\u{1b}[K")
      .filter { $0.hasSuffix(" left") }
    #expect(!drawn.isEmpty, "\(outcome.reported)")
    let shape = /[━╌]+ [\d,]+ of 3,000 images  [\d,]+ images\/s  \d+:\d\d left/
    for line in drawn {
      #expect(line.wholeMatch(of: shape) != nil, "\(line)")
      #expect(line.count < 80)
    }
    let full = try #require(drawn.last)
    #expect(full.contains(" 3,000 of 3,000 ") && full.hasPrefix("━") && !full.contains("╌"))
  }

  @Test(
    "a line tells the end, on standard output",
    arguments: [["--progress", "auto"], ["--progress", "never"], []], Launch.both)
  func plain(words: [String], launch: Launch) throws {
    let outcome = try Job(
      ["sample", folder.run, "--count", "3000", "--output", folder.path("x.npy")] + words, launch
    ).succeed()
    #expect(outcome.errors.isEmpty && !outcome.output.contains("\u{1b}"))
    let line = try #require(last(outcome))
    let shape = /3,000 images in (\d+\.\d\d) s: ([\d,]+) images\/s/
    let match = try #require(line.wholeMatch(of: shape))
    let (seconds, rate) = (Double(match.1)!, Double(match.2.replacing(",", with: ""))!)
    #expect(abs(3000 / rate - seconds) <= 0.006, "\(line)")
  }

  @Test("one image is told of as one, also where it is a sheet")
  func one() throws {
    let words = ["sample", folder.run, "--count", "1", "--output", folder.path("x.png")]
    #expect(try Job(words).succeed().output.hasPrefix("1 image in "))
  }

  @Test(
    "a bar never wraps",
    arguments: [(60, "3,000 of 3,000 images  "), (46, "3,000 of 3,000 images  \\d"), (39, "")])
  func narrow(width: Int, shape: String) throws {
    let outcome = try sample("--progress", "always", on: .alone, columns: width)
    let drawn = outcome.errors.components(separatedBy: "\r\u{1b}[K").filter { !$0.isEmpty }
    #expect(drawn.allSatisfy { $0.count < width }, "\(drawn)")
    guard !shape.isEmpty else { return #expect(drawn.isEmpty) }
    let last = try #require(drawn.last)
    #expect(last.firstMatch(of: try Regex(shape)) != nil && last.hasSuffix(" left"), "\(last)")
  }
}
