internal import ArgumentParser

/// A command line, and the sentence that tells what is wrong with this command line.
struct Usage {
  /// The words of the command line, without the program's name.
  var words: [String] = []

  /// Refuses what the parser would misunderstand. In a word like `-epochs` the parser would read each
  /// letter as a flag, and the h as the flag for help. Behind an unknown command the parser would still
  /// find a flag for help, and print the help.
  ///
  /// - Throws: `ValidationError`.
  func requireFlags() throws {
    if isEmpty { throw ValidationError("a command is missing, as in lockstep train") }
    let names = words.filter { !$0.hasPrefix("-") }
    if let command = words.first, !command.hasPrefix("-"), !Self.commands.contains(command) {
      throw ValidationError("Unexpected argument '\(command)'")
    }
    if words.first == "help" {
      let unknown =
        names.dropFirst(2).first ?? names.dropFirst().first { !Self.commands.contains($0) }
      if let unknown { throw ValidationError("Unexpected argument '\(unknown)'") }
    }
    guard words.contains(where: { $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.count > 2 })
    else { return }
    if let unknown = unknownFlag { throw ValidationError(unknown.sentence) }
  }

  /// Whether there is no word behind the program's name.
  var isEmpty: Bool { ProgramArguments.all.count < 2 }

  /// A sentence that tells what is wrong, and what to type for help.
  func sentence(about error: any Error) -> String {
    let told = complaint(about: error) + nearestCommand + ProgramArguments.alsoRead
    return "\(told)\(told.hasSuffix("?") ? " See" : "; see") \(help(about: told))"
  }

  /// What is wrong: the parser's sentence, or a better one.
  private func complaint(about error: any Error) -> String {
    if let unknown = unknownFlag { return unknown.sentence }
    let message = Lockstep.message(for: error).trimmedOfStops
    if message.hasPrefix("Unexpected argument") { return message + reason(of: message) }
    return ExpectedValue.complete(message, flags)
  }

  /// Why the command takes no such word as the one that `message` names, as the rest of a sentence;
  /// empty where the reason is not known.
  private func reason(of message: String) -> String {
    let words = words.dropFirst()
    for ((word, role), next) in zip(zip(words, WordRole.all(of: words, flags)), words.dropFirst()) {
      guard case .flag(let flag, nil) = role, !flag.takesValue, message.contains("'\(next)'")
      else { continue }
      return ": \(word) takes no value"
    }
    // A number is unlikely to be the name of a run.
    let isNumber = message.contains(/'[-0-9.,e]+'/)
    return !isNumber && flags.contains { $0.name == "run" } ? ": a run is named with --run" : ""
  }

  /// Names that the commands have in other programs, whose spelling is too different for
  /// ``NearestName``.
  private static let synonyms = [
    "fit": "train", "run": "train", "resume": "train", "eval": "evaluate", "test": "evaluate",
    "validate": "evaluate", "generate": "sample", "info": "inspect", "show": "inspect",
    "benchmark": "bench", "torchrun": "launch", "supervise": "launch", "elastic": "launch",
    "embed": "encode", "diff": "compare", "versus": "compare",
  ]

  private static let commands =
    Lockstep.configuration.subcommands.map { $0._commandName } + ["help"]

  private var command: String? { words.first.flatMap { Self.commands.contains($0) ? $0 : nil } }

  /// The flags of the command; none where there is no such command.
  private var flags: [CommandFlag] {
    command.flatMap { try? CommandDescription.program().flags(of: $0) } ?? []
  }

  private var unknownFlag: UnknownFlag? {
    if let first = words.first, command == nil, !first.hasPrefix("-") { return nil }
    return UnknownFlag(in: command == nil ? words : Array(words.dropFirst()), flags, of: command)
  }

  /// The command that a mistyped command may mean, as the rest of a sentence; empty where the command
  /// is right, or no command is similar.
  private var nearestCommand: String {
    let names = words.filter { !$0.hasPrefix("-") }
    guard let word = names.first == "help" ? names.dropFirst().first : words.first,
      !word.hasPrefix("-"), !Self.commands.contains(word),
      let name = Self.synonyms[word] ?? NearestName(to: word, among: Self.commands).name
    else { return "" }
    return "; did you mean '\(name)'?"
  }

  /// What to type for help about a sentence on the flags that were given, as in `lockstep train
  /// --help`.
  private func help(about sentence: String) -> String {
    guard let command, command != "help" else { return "lockstep --help" }
    let isHidden = flags.contains { flag in
      flag.isHidden && flag.name.map { sentence.contains("--\($0)") } ?? false
    }
    return "lockstep \(command) --help\(isHidden ? "-hidden" : "")"
  }
}

extension String {
  /// The text without white space and full stops at its end.
  fileprivate var trimmedOfStops: String {
    var text = self[...]
    while let last = text.last, last.isWhitespace || last == "." { text.removeLast() }
    return String(text)
  }
}
