import Foundation
import Support
import Testing

/// What `scripts/install` does with a set-up that does nothing, a program that only writes its
/// pages, and a `sudo` that only tells what it was given.
@Suite struct InstallScriptTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../scripts").standardizedFileURL
    for name in ["scripts", ".build/release", "bin"] {
      try FileManager.default.createDirectory(
        at: folder.url.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    for name in ["install", "common.bash", "mpi.bash", "packages.bash", "needs.bash"] {
      try FileManager.default.copyItem(
        at: scripts.appendingPathComponent(name),
        to: folder.url.appendingPathComponent("scripts/\(name)"))
    }
    try write("scripts/setup", "")
    try write(
      ".build/release/lockstep",
      "if [ $1 = manual ]; then echo page >$2/lockstep.1; else echo complete $2; fi\n")
    try write("bin/strip", "")
    try write("bin/sudo", "printf '%s\\n' \"$*\" >&2\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.url.path)
  }

  private func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  private func write(_ name: String, _ text: String) throws {
    try Data("#!/bin/sh\n\(text)".utf8).write(to: folder.url.appendingPathComponent(name))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path(name))
  }

  private func install(
    _ prefix: String, environment: [String: String] = [:], as user: [String] = []
  ) throws -> Command.Outcome {
    let search = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return try Command(
      user + [path("scripts/install"), prefix],
      environment: ["PATH": "\(path("bin")):\(search)", "LOCKSTEP_MPI": "openmpi"]
        .merging(environment) { $1 }
    ).run(in: folder.url)
  }

  private static let files = [
    "bin/lockstep", "share/bash-completion/completions/lockstep",
    "share/fish/vendor_completions.d/lockstep.fish", "share/man/man1/lockstep.1",
    "share/zsh/site-functions/_lockstep",
  ]

  @Test("all files are there, and those that were are replaced", arguments: ["", "stage"])
  func files(stage: String) throws {
    let prefix = stage.isEmpty ? path("usr/") : "/usr"
    let environment = stage.isEmpty ? [:] : ["DESTDIR": path(stage)]
    for _ in 0..<2 {
      let outcome = try install(prefix, environment: environment)
      #expect(outcome.status == 0, "\(outcome.reported)")
      if stage.isEmpty {
        #expect(outcome.reported.contains("install: add \(path("usr"))/bin to PATH"))
      }
    }
    let root = stage.isEmpty ? path("usr") : path("stage/usr")
    let found = try FileManager.default.subpathsOfDirectory(atPath: root).filter { name in
      !FileManager.default.fileExists(atPath: "\(root)/\(name)/.")
    }
    #expect(found.sorted() == Self.files)
    #expect(FileManager.default.isExecutableFile(atPath: "\(root)/bin/lockstep"))
  }

  @Test("what cannot be done is refused in a sentence, and nothing is left half done")
  func refused() throws {
    for (prefix, environment, name) in [
      ("/usr", ["DESTDIR": "stage"], "DESTDIR"), ("usr", [:], "PREFIX"),
    ] {
      let outcome = try install(prefix, environment: environment)
      #expect(outcome.status == 64)
      #expect(outcome.reported.contains("install: \(name) must begin with a slash, not be '"))
    }
    try FileManager.default.createDirectory(
      atPath: path("usr/bin/lockstep"), withIntermediateDirectories: true)
    let outcome = try install(path("usr"))
    #expect(outcome.status == 74 && outcome.reported.contains("cannot write below \(path("usr"))"))
    #expect(try FileManager.default.subpathsOfDirectory(atPath: path("usr/bin")) == ["lockstep"])
  }

  @Test(
    "sudo is asked for below a folder that is another's, and never builds",
    .enabled(if: getuid() == 0, "only root can be another user"))
  func sudo() throws {
    let nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    let asked = try install(path("usr"), as: nobody)
    #expect(asked.status == 0, "\(asked.reported)")
    #expect(asked.reported.contains("install: asking sudo to write below \(path("usr"))\n"))
    #expect(asked.reported.contains("bash -euo pipefail -c"))
    #expect(try Command(["chown", "65534", folder.url.path]).run().status == 0)
    let refused = try install(path("usr"), environment: ["SUDO_USER": "nobody"])
    #expect(refused.status == 64 && refused.reported.contains("run this without sudo"))
  }
}
