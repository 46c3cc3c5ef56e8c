internal import ArgumentParser

/// Where flags come from beside the command line: the file that `--config` names, and variables
/// `LOCKSTEP_…` of the environment.
///
/// What they say is written as flags before those of the command line, the file's first. Of a flag
/// that is given twice the parser takes the last, so that the command line has precedence over the
/// environment, and that over the file; and all are read and checked by the same parser.
struct ArgumentSources {
  /// All words, for the parser.
  private(set) var words: [String]

  /// What was read beside the command line, as in `run.yaml and LOCKSTEP_EPOCHS`.
  private(set) var others: [String] = []

  /// Variables that change nothing: a sentence each.
  private(set) var warnings: [String] = []

  /// Adds to `words`, a command line without the program's name, what else there is.
  ///
  /// - Throws: `ValidationError` where the file cannot be read, or says what no flag can.
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
      let path = Self.path(in: given) ?? Self.path(in: added)
    {
      let file = try ConfigurationFile(path)
      let words = try file.words(flags.filter { $0.name != Self.flag })
      added = try HomeFolder.expand(words, flags) + added
      others.insert(path, at: 0)
    }
    self.words = [command] + added + given
  }

  /// The flag that names a file of flags.
  private static let flag = "config"

  /// Whether it can pay to ask the parser for its flags, which takes some milliseconds.
  private static func mayHaveMore(_ words: [String]) -> Bool {
    path(in: words) != nil || !Variables.names.isEmpty
      || words.contains(where: HomeFolder.isConcerned)
  }

  /// What the last `--config` names; nil where it names nothing, of which the parser complains.
  private static func path(in words: [String]) -> String? {
    var path: String?
    for (word, next) in zip(words, words.dropFirst() + [""]) {
      if word == "--" { break }
      if word == "--\(flag)" { path = next }
      if word.hasPrefix("--\(flag)=") { path = String(word.dropFirst(flag.count + 3)) }
    }
    return path?.isEmpty == true ? nil : path
  }
}
