import Foundation
import Support
import Testing

/// How scripts/try-distribution begins and ends, with a debootstrap that does not.
@Suite struct TryDistributionTests {
  private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../scripts/try-distribution").standardizedFileURL.path

  private static let canMake =
    getuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/apt-get")

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  /// Runs the script, with a debootstrap of a shell's words, in a folder for what it makes.
  private func run(
    _ words: [String], debootstrap: String = "exit 1", through shell: [String] = []
  ) throws -> Command.Outcome {
    for name in ["bin", "made"] {
      try FileManager.default.createDirectory(
        atPath: path(name), withIntermediateDirectories: true)
    }
    try Data("#!/bin/sh\n\(debootstrap)\n".utf8).write(
      to: URL(fileURLWithPath: path("bin/debootstrap")))
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: path("bin/debootstrap"))
    let search = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return try Command(
      shell + [Self.script] + words,
      environment: ["PATH": "\(path("bin")):\(search)", "TMPDIR": path("made")]
    ).run(in: folder.url)
  }

  /// What is left in the folder, and the processes that were started there.
  private func left() throws -> [String] {
    let sleepers = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
      (FileManager.default.contents(atPath: "/proc/\(name)/cmdline") ?? Data())
        .starts(with: Data("sleep\0300.\(getpid())".utf8))
    }
    return try FileManager.default.contentsOfDirectory(atPath: path("made")) + sleepers
  }

  @Test(
    "a signal leaves no folder, no process and no mount", .enabled(if: Self.canMake),
    arguments: [("TERM", 143), ("INT", 130)])
  func signal(name: String, status: Int32) throws {
    let outcome = try run(
      ["trixie"], debootstrap: "exec sleep 300.\(getpid())",
      through: ["timeout", "--preserve-status", "--signal=\(name)", "3"])
    #expect(outcome.status == status, "\(outcome.reported)")
    #expect(outcome.output.hasPrefix("== Debian trixie"))
    // On busy cores the kernel takes a moment to end a process that was killed.
    for _ in 0..<100 where try !left().isEmpty { usleep(50_000) }
    #expect(try left().isEmpty)
    let mounts = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
    #expect(!mounts.contains(path("made")))
  }

  @Test("a suite that cannot be made is told of in a sentence", .enabled(if: Self.canMake))
  func unknown() throws {
    let outcome = try run(["forky"], debootstrap: "echo no such suite; exit 1")
    #expect(outcome.status == 69)
    #expect(
      outcome.errors
        == "no such suite\ntry-distribution: debootstrap could not make a folder of Debian's forky\n"
    )
    #expect(try left().isEmpty)
  }

  @Test(
    "what makes no sense is told once",
    arguments: [
      ([], "name one suite"), (["trixie", "sid"], "name one suite"), (["../x"], "name one suite"),
      (["--folder", "here", "sid"], "--folder needs a full path"),
      (["--all"], "unknown option '--all'"),
    ])
  func wrong(words: [String], sentence: String) throws {
    let outcome = try run(words)
    #expect(outcome.status == 64 && outcome.errors.hasPrefix("try-distribution: \(sentence)"))
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
  }
}
