internal import ArgumentParser
internal import Glibc

/// The `~` at the beginning of a path that no shell has read: one from a file or a variable, or
/// behind a flag's `=`. It means what it means to a shell, not a folder of that name.
enum HomeFolder {
  /// The words of a command with `flags`, its name left out, where paths begin at the root.
  ///
  /// - Throws: `ValidationError` where nobody says which folder is meant.
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

  /// Whether there may be something to do with a word.
  static func isConcerned(_ word: String) -> Bool { word.hasPrefix("~") || word.contains("=~") }

  /// `text` where it begins otherwise.
  private static func path(_ text: String) throws -> String {
    guard text == "~" || text.hasPrefix("~/") else { return text }
    guard let home = getenv("HOME").map({ String(cString: $0) }), !home.isEmpty else {
      throw ValidationError("'\(text)' is below the home folder, and HOME is not set; write it out")
    }
    return home + text.dropFirst()
  }
}
