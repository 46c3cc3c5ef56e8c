internal import Platform

/// A page of the manual, in the macros of man(7).
struct ManualPage {
  /// The name of the page's file, in section 1 of the manual.
  let name: String

  /// The text of the page.
  let text: String

  /// The page of `command`, a command of `program`; or the page of the whole program, where `command`
  /// is `program` itself.
  init(_ command: CommandDescription, of program: CommandDescription) {
    let isProgram = command.name == program.name
    name = isProgram ? "\(program.name).1" : "\(program.name)-\(command.name).1"
    let title = isProgram ? program.name : "\(program.name) \(command.name)"
    let page = isProgram ? program.name : "\(program.name)-\(command.name)"
    var lines = [
      ".TH \(page.uppercased()) 1 \"\" \"\(Version.short)\" \"User Commands\"", ".nh", ".ad l",
      ".SH NAME", "\(Self.escaped(page)) \\- \(Self.escaped(command.abstract ?? ""))",
      ".SH SYNOPSIS", ".B \(title)", Self.synopsis(command, isProgram),
    ]
    lines += [".SH DESCRIPTION"] + Self.paragraphs(command.discussion ?? "")
    if isProgram {
      lines += [".SH COMMANDS"]
      for command in command.commands {
        lines += [
          ".TP", ".BR \(program.name)\\-\(command.name) (1)", Self.escaped(command.abstract ?? ""),
        ]
      }
    } else {
      lines += [".SH OPTIONS"] + command.flags.flatMap(Self.lines)
    }
    lines += [".SH EXIT STATUS"]
    lines += ExitCode.allCases.flatMap { [".TP", ".B \($0.rawValue)", Self.escaped($0.meaning)] }
    if !isProgram { lines += [".SH SEE ALSO", ".BR \(program.name) (1)"] }
    text = lines.joined(separator: "\n") + "\n"
  }

  private static func synopsis(_ command: CommandDescription, _ isProgram: Bool) -> String {
    guard !isProgram else { return "\\fIcommand\\fR [\\fIoptions\\fR]" }
    let names = command.flags.filter { $0.name == nil }.map { "\\fI\($0.valueName ?? "")\\fR " }
    return names.joined() + "[\\fIoptions\\fR]"
  }

  private static func lines(of flag: CommandFlag) -> [String] {
    let value = "\\fI\(escaped(flag.valueName ?? ""))\\fR"
    let names = [flag.name, flag.inverse].compactMap(\.self).map { "\\fB\(escaped("--\($0)"))\\fR" }
    let head =
      names.isEmpty ? value : names.joined(separator: ", ") + (flag.takesValue ? " \(value)" : "")
    var text = flag.abstract ?? ""
    if let values = flag.allValues, !values.isEmpty {
      text += " One of \(values.joined(separator: ", "))."
    }
    if let value = flag.defaultValue { text += " (default: \(value))" }
    return [".TP", head, escaped(text)] + (flag.discussion.map { [escaped($0)] } ?? [])
  }

  /// The paragraphs of a text, without that of the exit codes. Indented paragraphs are examples, whose
  /// lines `man` must not join.
  private static func paragraphs(_ text: String) -> [String] {
    let paragraphs = text.split(separator: "\n\n").filter { $0 != Lockstep.exitCodes }
    return paragraphs.flatMap { paragraph in
      let lines = paragraph.split(separator: "\n").map { escaped(String($0)) }
      return paragraph.hasPrefix("  ") ? [".PP", ".nf"] + lines + [".fi"] : [".PP"] + lines
    }
  }

  /// Escapes what has a meaning to the formatter, also hyphens: those of flags must stay hyphens.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for letter in text {
      switch letter {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      default: result.append(letter)
      }
    }
    return result.first.map { $0 == "." || $0 == "'" } ?? false ? "\\&" + result : result
  }
}
