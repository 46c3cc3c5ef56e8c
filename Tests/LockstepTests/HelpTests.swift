@testable import Checkpoints
@testable import Engine
import Foundation
@testable import Platform
import Support
import Testing

/// What the program tells of itself.
@Suite struct HelpTests {
  @Test(
    "help fits a terminal of 80 columns",
    arguments: [
      [], ["train"], ["evaluate"], ["sample"], ["reconstruct"], ["encode"], ["export"],
      ["report"], ["compare"], ["inspect"], ["doctor"], ["bench"], ["launch"],
    ])
  func help(words: [String]) throws {
    let outcome = try Job(words + ["--help"], environment: ["COLUMNS": "80"]).succeed()
    #expect(outcome.errors.isEmpty)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count > 8)
    #expect(outcome.output.split(separator: "\n", omittingEmptySubsequences: false).count <= 60)
    for line in lines { #expect(line.count <= 80, "\(line)") }
    // An example is a command to be copied: it must not be broken at the terminal's edge.
    let examples = lines.filter { $0.hasPrefix("  lockstep ") || $0.hasPrefix("  mpirun ") }
    #expect(examples.count >= 1)
    for (line, next) in zip(lines, lines.dropFirst()) where examples.contains(line) {
      #expect(next.hasPrefix("  ") || next.first?.isUppercase == true, "\(line) / \(next)")
    }
  }

  @Test("what help keeps to one screen for is in the longer help", arguments: ["train", "bench"])
  func hidden(command: String) throws {
    let short = try Job([command, "--help"]).succeed().output
    let long = try Job([command, "--help-hidden"]).succeed().output
    let flag = command == "train" ? "--wire <" : "--rounds <"
    #expect(!short.contains(flag) && long.contains(flag) && short.contains("--help-hidden"))
  }

  @Test("help tells the defaults of the tables of settings")
  func defaults() throws {
    let long = try Job(["train", "--help-hidden"]).succeed().output
    let text = long.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let names = Recipe.table.settings.map(\.name) + RunConfiguration.table.settings.map(\.name)
    var told = 0
    for name in names {
      guard let value = RunConfiguration.defaultValue(of: name), let shown = value.shown,
        !shown.isEmpty, let flag = text.range(of: " --\(name) <")
      else { continue }
      let rest = text[flag.upperBound...]
      let found = try #require(rest.firstMatch(of: /\(default: ([^)]*)\)/)?.output.1, "\(name)")
      let isSame = value.number.map { $0 == Double(found) } ?? (found == shown)
      #expect(isSame, "--\(name) has \(shown), its help says \(found)")
      told += 1
    }
    #expect(told >= 11)
  }

  @Test("help has words whatever COLUMNS says", arguments: ["0", "-1", "3", "x", ""])
  func columns(value: String) throws {
    let output = try Job(["train", "--help"], environment: ["COLUMNS": value]).succeed().output
    #expect(output.contains("--learning-rate <x>"))
  }

  @Test("the help of a job is told once", arguments: ["--help", "--version"])
  func once(word: String) throws {
    let alone = try Job([word]).succeed()
    let job = try Job([word], .ranks(2)).succeed()
    #expect(!alone.output.isEmpty)
    #expect(job.output.replacing("\r", with: "") == alone.output)
  }

  @Test func version() throws {
    let output = try Job(["--version"]).succeed().output
    let version =
      /lockstep \d+\.\d+\.\d+(, commit \S+)?\n(Open MPI|MPICH).*, MPI \d\.\d\n/
    #expect(output.wholeMatch(of: version) != nil, "\(output)")
  }

  @Test("every exit code is told of")
  func exitCodes() throws {
    // Examples have numbers, too.
    let output = try Job(["--help"]).succeed().output
    let codes = try #require(output.components(separatedBy: "Exit codes: ").dropFirst().first)
    for code in [0, 64, 65, 69, 70, 71, 74, 75] {
      #expect(codes.contains(try Regex("\\b\(code)\\s[a-zA-Z]")), "\(code)")
    }
  }
}
