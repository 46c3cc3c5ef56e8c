internal import ArgumentParser

/// A flag of a command, or what it takes without one, as the parser describes it.
struct CommandFlag: Decodable {
  private enum Kind: String, Decodable {
    case option, flag, positional
  }

  private struct Name: Decodable {
    let kind: String
    let name: String
  }

  /// What a shell completes a value with; only whether that is a path is of interest.
  private struct Completion: Decodable {
    private enum CodingKeys: String, CodingKey { case file, directory }
    let isPath: Bool

    init(from decoder: any Decoder) throws {
      isPath = try !decoder.container(keyedBy: CodingKeys.self).allKeys.isEmpty
    }
  }

  private let kind: Kind
  private let preferredName: Name?
  private let parsingStrategy: String?
  private let completionKind: Completion?
  let abstract: String?
  let discussion: String?
  let valueName: String?
  let defaultValue: String?

  private let shouldDisplay: Bool?

  /// Whether only `--help-hidden` tells of it.
  var isHidden: Bool { !(shouldDisplay ?? true) }

  /// The values that there are, where there are few.
  let allValues: [String]?

  /// Its name on the command line, without hyphens; nil for what has none.
  var name: String? { preferredName?.kind == "long" ? preferredName?.name : nil }

  /// The flag that turns this one off; nil where it takes a value, or nothing else turns it on.
  var inverse: String?

  /// Whether a value follows it.
  var takesValue: Bool { kind == .option }

  /// Whether that may be any word, also one that begins as flags do: a number, and its minus.
  var takesAnyWord: Bool { parsingStrategy == "unconditional" }

  /// Whether its value is the name of a file or a folder.
  var isPath: Bool { completionKind?.isPath ?? false }

  /// Whether it is what a command works on, a run or a checkpoint, which is named without a flag.
  var isRun: Bool { kind == .positional && ["checkpoint", "run"].contains(valueName ?? "") }

  /// All names that turn it on or off, without hyphens.
  var names: [String] { [name, inverse].compactMap(\.self) }

  /// The variable in which the environment may give it: `LOCKSTEP_BATCH_SIZE`.
  var variable: String? { name.map(Variables.variable) }

  /// The words that give it `text`; none for a flag without a value that is off and has no inverse.
  ///
  /// - Throws: `ValidationError` where a flag that takes no value is given other than true or
  ///   false.
  func words(for text: String, from source: String) throws -> [String] {
    guard let name else { return [] }
    if takesValue { return ["--\(name)=\(text)"] }
    switch text.lowercased() {
    case "true", "yes", "on", "1": return ["--\(name)"]
    case "false", "no", "off", "0": return inverse.map { ["--\($0)"] } ?? []
    default: throw ValidationError("\(source): '\(name)' is true or false, not '\(text)'")
    }
  }
}
