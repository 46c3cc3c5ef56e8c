import Foundation
import Support
import Testing

/// What `scripts/install` puts beside the program, read by those who use it.
@Suite struct InstallTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  private static func has(_ program: String) -> Bool {
    (try? Command(["sh", "-c", "command -v \(program)"]).run().status) == 0
  }

  /// The program's script for `shell`, in a file.
  private func completions(_ shell: String) throws -> String {
    let path = path(shell == "zsh" ? "_lockstep" : "lockstep.\(shell)")
    let text = try Job(["--generate-completion-script", shell]).succeed().output
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  /// What bash offers for a line whose last word is begun.
  private func offers(_ line: String) throws -> [String] {
    let script = """
      source "$1"; shift
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
      PATH=$PWD:$PATH
      complete -p lockstep >/dev/null || exit 1
      function=$(complete -p lockstep | sed 's/.*-F \\([^ ]*\\).*/\\1/')
      "$function" lockstep "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    let outcome = try Command(
      ["bash", "-c", script, "bash", try completions("bash")] + words
    ).run(in: folder.url)
    #expect(outcome.status == 0, "\(outcome.reported)")
    return outcome.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  @Test("bash completes commands, flags and values")
  func bash() throws {
    try FileManager.default.createSymbolicLink(
      atPath: path("lockstep"), withDestinationPath: Command.built("lockstep"))
    #expect(try offers("lockstep tra") == ["train"])
    #expect(try offers("lockstep train --lear") == ["--learning-rate"])
    #expect(Set(try offers("lockstep train --progress ")) == ["auto", "always", "never"])
    #expect(try offers("lockstep evaluate --js") == ["--json"])
  }

  /// A pseudo-terminal, since zsh completes for a person alone: what a Tab makes of a line.
  @Test(
    "zsh completes commands and flags",
    .enabled(if: Self.has("zsh"), "there is no zsh: scripts/test installs it"))
  func zsh() throws {
    _ = try completions("zsh")
    let script = #"""
      import os, pty, select, subprocess, sys, time
      parent, child = pty.openpty()
      shell = subprocess.Popen(["zsh", "-f", "-i"], stdin=child, stdout=child, stderr=child)
      os.close(child)
      def read_until(mark, seconds=20):
          text, end = "", time.time() + seconds
          while mark not in text and time.time() < end:
              if select.select([parent], [], [], 0.1)[0]:
                  text += os.read(parent, 65536).decode(errors="replace")
          return text
      os.write(parent, b"fpath=($PWD $fpath); autoload -U compinit; compinit -u -D; echo rea''dy\n")
      read_until("ready\r")
      for begun, whole in zip(sys.argv[1::2], sys.argv[2::2]):
          os.write(parent, begun.encode() + b"\t")
          text = read_until(whole)
          os.write(parent, b"\x15")  # Ctrl-U forgets the line.
          if whole not in text:
              print(repr(begun), "became", repr(text))
      shell.kill()
      """#
    let outcome = try Command(
      [
        "python3", "-c", script, "lockstep recon", "lockstep reconstruct",
        "lockstep train --learning-r", "--learning-rate",
      ]
    ).run(seconds: 90, in: folder.url)
    #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.reported)")
  }

  @Test(
    "man shows every command and every flag",
    .enabled(if: Self.has("man") && Self.has("groff"), "there is no man, or no groff"))
  func manual() throws {
    try Job(["manual", folder.url.path]).succeed()
    let pages = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
    #expect(pages.contains("lockstep.1") && pages.contains("lockstep-train.1"))
    #expect(pages.count == 13, "\(pages)")
    for page in pages {
      let source = try String(contentsOfFile: path(page), encoding: .utf8)
      #expect(source.contains(".SH EXIT STATUS\n.TP\n.B 0\ndone\n"), "\(page)")
      #expect(!source.contains("Exit codes:"), "\(page) tells of them twice")
      let warnings = try Command(
        ["groff", "-K", "utf8", "-man", "-Tutf8", "-ww", "-z", path(page)]
      ).run()
      #expect(warnings.status == 0 && warnings.reported.isEmpty, "\(warnings.reported)")
    }
    let text = try Command(
      ["man", "-l", path("lockstep-train.1")], environment: ["MANWIDTH": "80"]
    ).run().output
    let help = try Job(["train", "--help-hidden"]).succeed().output
    let flags = help.matches(of: /(?m)^  (--[a-z-]+)/).map { String($0.1) }
    #expect(flags.count > 20)
    for flag in flags where flag != "--version" {
      #expect(text.contains(flag), "\(flag)")
    }
    try Job(["manual", path("nowhere")]).fail(74, "lockstep.1: cannot create it")
  }
}
