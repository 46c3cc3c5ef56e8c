import Foundation
import Support

/// A system that has nothing but a shell, its tools, and what a test gives it: its os-release, and package
/// managers that tell what they were asked for and then have it.
struct FalseSystem {
  /// The folder of its commands, its os-release and the scripts.
  let folder: TemporaryFolder

  /// Only these are found on PATH beside what a test writes.
  private static let tools = [
    "awk", "bash", "cat", "dirname", "env", "grep", "mktemp", "rm", "sed", "sh", "tail", "timeout",
    "touch", "tr", "uname",
  ]

  /// - Parameters:
  ///   - release: what os-release says, as `ID=debian`.
  ///   - managers: the commands that install packages.
  /// - Throws: what the file system says.
  init(_ release: [String], managers: [String] = ["apt-get", "dnf"]) throws {
    folder = try TemporaryFolder()
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.url.path)
    for name in ["scripts", "bin"] {
      try FileManager.default.createDirectory(at: url(name), withIntermediateDirectories: true)
    }
    for tool in Self.tools {
      try FileManager.default.createSymbolicLink(
        atPath: path("bin/\(tool)"), withDestinationPath: "/usr/bin/\(tool)")
    }
    try copyScripts()
    try Data(release.joined(separator: "\n").utf8).write(to: url("os-release"))
    for manager in managers {
      // Installing anything brings everything that can be seen.
      try write(
        manager,
        """
        echo "\(manager) $*" >>'\(path("asked"))'
        case $* in *install*) touch '\(path("installed"))' ;; esac
        """)
    }
    for name in ["clang", "dpkg-query", "pkg-config", "ldconfig", "python3", "rpm"] {
      try write(name, "exit 1")
    }
    try write("swift", "echo Swift version 6.3 on its way")
  }

  /// Nothing is seen before something is installed, and all after it, but for those of `never`.
  private func copyScripts() throws {
    let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../scripts").standardizedFileURL
    for name in ["setup", "common.bash", "mpi.bash", "packages.bash", "needs.bash"] {
      var text = try String(contentsOf: scripts.appendingPathComponent(name), encoding: .utf8)
      text = text.replacing(
        "os_release=/etc/os-release", with: "os_release='\(path("os-release"))'")
      if name == "needs.bash" {
        text += """
          is_seen() { [[ -e '\(path("installed"))' && " ${NEVER:-} " != *" $1 "* ]]; }

          """
      }
      try Data(text.utf8).write(to: url("scripts/\(name)"))
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: path("scripts/\(name)"))
    }
  }

  func url(_ name: String) -> URL { folder.url.appendingPathComponent(name) }

  func path(_ name: String) -> String { url(name).path }

  /// A command of its own, of a shell's words.
  func write(_ command: String, _ words: String) throws {
    try Data("#!/bin/sh\n\(words)\n".utf8).write(to: url("bin/\(command)"))
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: path("bin/\(command)"))
  }

  /// Runs scripts/setup, below the words of `user` where there are any.
  func setup(
    _ words: [String], as user: [String] = [], environment: [String: String] = [:]
  ) throws -> Command.Outcome {
    try Command(
      ["env", "PATH=\(path("bin"))"] + user + [path("scripts/setup")] + words,
      environment: ["LOCKSTEP_MPI": "openmpi", "LOCKSTEP_INSTALL": ""].merging(environment) { $1 }
    ).run(in: folder.url)
  }

  /// What package managers were asked for, a line each time.
  func asked() -> [String] {
    let text = try? String(contentsOf: url("asked"), encoding: .utf8)
    return (text ?? "").split(separator: "\n").map(String.init)
  }
}
