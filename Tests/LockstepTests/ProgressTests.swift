import Foundation
import Support
import Testing

/// What is shown while a run goes on.
@Suite struct ProgressTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder() }

  @Test("a bar is drawn over itself where it is asked for", arguments: Launch.both)
  func always(launch: Launch) throws {
    let outcome = try folder.train(
      "--epochs", "2", "--progress", "always", on: launch, environment: ["COLUMNS": "120"]
    ).succeed()
    let drawn = outcome.reported.components(separatedBy: "\r\u{1b}[K")
      .filter { $0.hasPrefix("epoch ") && $0.contains(" left") }
    // At the least the last step of each epoch is drawn.
    #expect(drawn.count >= 2, "\(outcome.reported)")
    let loss = /loss (\d+\.\d\d) = (\d+\.\d\d) \+ (\d+\.\d\d)/
    let shape = try Regex(
      "epoch [12]/2 [━╌]{8,} step [1-8]  loss [0-9.= +]+  [\\d,]+ images/s  \\d+% waiting  \\d+:\\d\\d left"
    )
    for line in drawn {
      #expect(line.wholeMatch(of: shape) != nil, "\(line)")
      let numbers = try #require(line.firstMatch(of: loss))
      let parts = try #require(Double(numbers.2)) + #require(Double(numbers.3))
      #expect(try abs(#require(Double(numbers.1)) - parts) < 0.011, "\(line)")
      #expect(line.count < 120)
    }
    let full = drawn.filter { $0.contains("step 4 ") || $0.contains("step 8 ") }
    #expect(full.count == 2 && full.allSatisfy { $0.contains("━") && !$0.contains("╌") })
  }

  /// What is left of the line in fewer columns, in the order in which parts go.
  static let widths = [
    (120, "epoch 1/1 ━{30} step 4  loss [0-9.]+ = .* waiting  "),
    (100, "epoch 1/1 ━{3,} step 4  loss [0-9.]+ = .* images/s  \\d+% waiting  "),
    (80, "epoch 1/1 (━{3,} )?(loss )?[0-9.]+ = .* images/s  \\d+% waiting  "),
    (66, "epoch 1/1 ━{8,} loss [0-9.]+  "),
    (44, "epoch 1/1 step 4  loss "), (40, "epoch 1/1 loss "),
  ]

  @Test("a bar never wraps, and goes where there is no room for it", arguments: widths)
  func narrow(width: Int, shape: String) throws {
    let outcome = try folder.train(
      "--epochs", "1", "--progress", "always", environment: ["COLUMNS": "\(width)"]
    ).succeed()
    let drawn = outcome.errors.components(separatedBy: "\r\u{1b}[K").filter { !$0.isEmpty }
    #expect(!drawn.isEmpty && drawn.allSatisfy { $0.count < width }, "\(drawn)")
    let last = try #require(drawn.last)
    #expect(last.prefixMatch(of: try Regex(shape)) != nil, "\(last)")
    #expect(last.hasSuffix(" left"), "\(last)")
  }

  @Test("below 40 columns nothing is drawn", arguments: [1, 39])
  func tooNarrow(width: Int) throws {
    let outcome = try folder.train(
      "--epochs", "1", "--progress", "always", environment: ["COLUMNS": "\(width)"]
    ).succeed()
    #expect(!outcome.errors.contains("epoch"))
  }

  @Test("a line an epoch stands on standard output", arguments: Launch.both)
  func lines(launch: Launch) throws {
    let output = try folder.train("--epochs", "2", on: launch).succeed().output
      .replacing("\r", with: "")
    let ranks = launch.testDescription == "alone" ? "1 rank" : "2 ranks"
    let lines = output.split(separator: "\n")
    #expect(lines.count == 5, "\(output)")
    #expect(lines.first == "training: \(ranks), batch 50, up to epoch 2, \(Library.name)")
    let digest = try folder.contents.digest()
    #expect(lines.suffix(2) == ["saved in \(folder.run)", "model SHA-256 \(digest)"])
    let rows = try folder.contents.rows().filter { $0.kind == "epoch" }
    #expect(rows.count == 2)
    for (line, row) in zip(lines.dropFirst(), rows) {
      let loss = String(format: "%.2f", try #require(row.testLoss))
      #expect(line.hasPrefix("epoch \(row.epoch)  train "), "\(line)")
      #expect(line.contains("  test \(loss) = rec "), "\(line)")
      // Longer numbers are left room for: a terminal of 80 columns shows a line an epoch.
      #expect(line.count <= 76, "\(line)")
    }
  }

  @Test(
    "nothing is drawn and nothing coloured for who is no terminal",
    arguments: [["--progress", "auto"], ["--progress", "never"], []], Launch.both)
  func plain(words: [String], launch: Launch) throws {
    let outcome = try Job(folder.trainWords() + ["--epochs", "1"] + words, launch).succeed()
    #expect(!outcome.reported.contains("\u{1b}"))
    #expect(outcome.errors.isEmpty)
  }

  /// A rank of mpirun's writes into a pseudo-terminal. Such a terminal shows escapes.
  @Test("a dumb terminal gets no escapes", arguments: [["--progress", "always"], []])
  func dumb(words: [String]) throws {
    let line = (folder.trainWords() + ["--epochs", "1"] + words).map { "'\($0)'" }
    let script = "'\(Command.built("lockstep"))' \(line.joined(separator: " "))"
    let outcome = try Command(
      ["script", "-qec", script, "/dev/null"],
      environment: Job.environment.merging(["TERM": "dumb"]) { $1 }
    ).run()
    #expect(outcome.status == 0 && outcome.output.contains("epoch 1"))
    #expect(!outcome.output.contains("\u{1b}"), "\(outcome.output)")
  }

  /// A terminal has written `^C` where the cursor is.
  @Test(
    "what is told of a signal begins a line",
    arguments: [("xterm", "\r\u{1b}[K"), ("dumb", "\r\n")])
  func signalled(terminal: String, start: String) throws {
    let words = folder.train("--epochs", "1000000", "--report", "off").command.words
    let script = """
      \(words.map { "'\($0)'" }.joined(separator: " ")) & job=$!
      until [ -s '\(folder.run)/metrics.jsonl' ]; do kill -0 $job || exit 99; sleep 0.05; done
      kill -TERM $job; wait $job
      """
    let outcome = try Command(
      ["script", "-qec", script, "/dev/null"],
      environment: Job.environment.merging(["TERM": terminal, "SHELL": "/bin/sh"]) { $1 }
    ).run()
    #expect(outcome.status == 75, "\(outcome.output)")
    #expect(outcome.output.contains("\(start)lockstep: stopping after"), "\(outcome.output)")
  }

  @Test(
    "terminals get colours unless NO_COLOR is set",
    .enabled(if: Library.isOpenMPI, "ranks of MPICH write into pipes"), arguments: ["1", ""])
  func noColor(value: String) throws {
    let outcome = try folder.train(
      "--epochs", "1", "--progress", "always", on: .ranks(1),
      environment: ["NO_COLOR": value, "TERM": "xterm"]
    ).succeed()
    // https://no-color.org: when present and not an empty string.
    #expect(outcome.output.contains("\u{1b}[1m") == value.isEmpty)
  }

  @Test("a file gets no colours")
  func noColorInFiles() throws {
    let outcome = try folder.train("--epochs", "1", "--progress", "always").succeed()
    #expect(!outcome.output.contains("\u{1b}"))
  }

  /// script(1) gives the program a terminal of its own.
  @Test("a program alone on a terminal draws its bar")
  func terminal() throws {
    let words = folder.train("--epochs", "1").command.words
    let line = words.map { "'\($0)'" }.joined(separator: " ")
    let outcome = try Command(
      ["script", "-qec", line, "/dev/null"],
      environment: Job.environment.merging(["TERM": "xterm"]) { $1 }
    ).run()
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("epoch 1/1 "))
  }

  /// `lockstep train | head -1` must not end the run.
  @Test("who watches may go away")
  func closedPipe() throws {
    let job = folder.train("--epochs", "2")
    let script = #"{ "$@"; echo $? > status; } | true"#
    _ = try Command(["sh", "-c", script, "sh"] + job.command.words, environment: Job.environment)
      .run(in: folder.folder.url)
    #expect(try String(contentsOfFile: folder.path("status"), encoding: .utf8) == "0\n")
    #expect(try folder.contents.steps("epoch") == [4, 8])
  }
}
