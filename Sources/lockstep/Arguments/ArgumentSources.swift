internal import ArgumentParser
internal import Engine
internal import Platform

/// All sources of flags: the command line, the file that `--config` names, and the variables
/// `LOCKSTEP_…` of the environment.
///
/// The flags of the file are put first, then those of the environment, then those of the command line.
/// The parser takes the last of several values of one flag. So the command line has precedence over
/// the environment, and the environment over the file, and one parser reads and checks all flags. A flag of
/// the file that has no meaning beside one of the others, as `milestones` beside `--schedule constant`, is
/// left out.
struct ArgumentSources {
  /// All words, as the parser gets them.
  private(set) var words: [String]

  /// The sources beside the command line that gave flags, as in `run.yaml` and `LOCKSTEP_EPOCHS`.
  private(set) var others: [String] = []

  /// A sentence for each variable `LOCKSTEP_…` that no command and no script knows.
  private(set) var warnings: [String] = []

  /// Adds the flags of the other sources to `words`, a command line without the program's name.
  ///
  /// - Throws: `ValidationError` where the file cannot be read, or has a name or a value that no
  ///   flag has.
  init(_ words: [String]) throws {
    self.words = words
    guard let command = words.first, Self.mayHaveMore(words),
      !words.contains(where: { $0.hasPrefix("--help") || $0 == "-h" })
    else { return }
    let program = try CommandDescription.program()
    let flags = program.flags(of: command)
    let given = try HomeFolder.expand(Array(words.dropFirst()), flags)
    warnings = Variables.warnings(program.variables)
    var added: [String] = []
    for flag in flags {
      guard let variable = flag.variable, let text = try Variables.value(variable) else { continue }
      added += try flag.words(for: text, from: variable)
      others.append(variable)
    }
    added = try HomeFolder.expand(added, flags)
    if flags.contains(where: { $0.name == Self.flag }),
      let path = Self.value(of: Self.flag, in: given) ?? Self.value(of: Self.flag, in: added)
    {
      let file = try ConfigurationFile(path)
      let wins = added + given
      let words = try file.words(flags.filter { $0.name != Self.flag }) { name in
        Recipe.table.canApply(SettingName(name)) { Self.value(of: $0.text, in: wins) }
      }
      added = try HomeFolder.expand(words, flags) + added
      others.insert(path, at: 0)
    }
    self.words = [command] + added + given
  }

  /// The flag that names a file of flags.
  private static let flag = "config"

  /// Whether other sources may have flags, or paths may begin with `~`. Only then is the parser asked
  /// for its flags, which takes some milliseconds.
  private static func mayHaveMore(_ words: [String]) -> Bool {
    value(of: flag, in: words) != nil || !Variables.names.isEmpty
      || words.contains(where: HomeFolder.isConcerned)
  }

  /// The value of the last `flag`; nil where there is none, or where the value is empty, which the parser
  /// refuses later.
  private static func value(of flag: String, in words: [String]) -> String? {
    var value: String?
    for (word, next) in zip(words, words.dropFirst() + [""]) {
      if word == "--" { break }
      if word == "--\(flag)" { value = next }
      if word.hasPrefix("--\(flag)=") { value = String(word.dropFirst(flag.count + 3)) }
    }
    return value?.isEmpty == true ? nil : value
  }
}
