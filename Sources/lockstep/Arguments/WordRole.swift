/// What a word of a command line is.
enum WordRole {
  /// A flag; `value` is what stands behind its `=`, as in `--epochs=3`, and nil where there is no
  /// `=`.
  case flag(CommandFlag, value: Substring?)
  /// The value of the flag before it.
  case value(of: CommandFlag)
  /// A word that begins with a hyphen and is no flag.
  case unknown
  /// Any other word.
  case positional

  /// The roles of `words`, which are those after the name of a command that has `flags`.
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
      if let flag = flags.first(where: { $0.letter == word.dropFirst().first.map(String.init) }),
        word.count == 2 || word.dropFirst(2).allSatisfy(\.isNumber)
      {
        if flag.takesValue && word.count == 2 { waiting = flag }
        return .flag(flag, value: word.count == 2 ? nil : word.dropFirst(2))
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
