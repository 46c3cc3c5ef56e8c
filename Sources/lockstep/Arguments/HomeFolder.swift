internal import ArgumentParser
internal import Glibc

/// Replaces a `~` at the beginning of a path by the home folder, as a shell does. Shells do not see
/// paths in files and variables, and do not replace a `~` that stands behind a flag's `=`.
enum HomeFolder {
  /// `words` with the `~` of each path replaced. `words` are those after the name of a command that has
  /// `flags`.
  ///
  /// - Throws: `ValidationError` where `HOME` does not tell the home folder.
  static func expand(_ words: [String], _ flags: [CommandFlag]) throws -> [String] {
    guard words.contains(where: isConcerned) else { return words }
    return try zip(words, WordRole.all(of: words, flags)).map { word, role in
      switch role {
      case .flag(let flag, let value?) where flag.isPath:
        "--\(flag.name ?? "")=\(try path(String(value)))"
      case .value(let flag) where flag.isPath: try path(word)
      case .positional: try path(word)
      default: word
      }
    }
  }

  /// Whether a word may have a `~` to replace.
  static func isConcerned(_ word: String) -> Bool { word.hasPrefix("~") || word.contains("=~") }

  /// `text` with the home folder instead of the `~` at its beginning; `text` itself where it does not
  /// begin with a `~`.
  private static func path(_ text: String) throws -> String {
    guard text == "~" || text.hasPrefix("~/") else { return text }
    guard let home = getenv("HOME").map({ String(cString: $0) }), !home.isEmpty else {
      throw ValidationError("'\(text)' is below the home folder, and HOME is not set; write it out")
    }
    return home + text.dropFirst()
  }
}
