/// What a word of a command line is, by the flags that the command has.
enum WordRole {
  /// A flag of this name, with its value where that is in the same word, as in `--epochs=3`.
  case flag(CommandFlag, value: Substring?)
  /// What stands behind a flag that takes a value.
  case value(of: CommandFlag)
  /// A word that begins as flags do, and is none of them.
  case unknown
  /// Any other.
  case positional

  /// The roles of `words`, a command's without its name.
  static func all(of words: some Sequence<String>, _ flags: [CommandFlag]) -> [WordRole] {
    var (waiting, isOver) = (CommandFlag?.none, false)
    return words.map { word in
      let flag = waiting
      waiting = nil
      if let flag, flag.takesAnyWord || !looksLikeFlag(word) { return .value(of: flag) }
      if isOver || !looksLikeFlag(word) || word == "-h" { return .positional }
      if word == "--" {
        isOver = true
        return .positional
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard word.hasPrefix("--"),
        let flag = flags.first(where: { $0.names.contains(String(parts[0].dropFirst(2))) })
      else { return .unknown }
      let value = parts.count > 1 ? parts[1] : nil
      if flag.takesValue && value == nil { waiting = flag }
      return .flag(flag, value: value)
    }
  }

  private static func looksLikeFlag(_ word: String) -> Bool { word.hasPrefix("-") && word != "-" }
}
