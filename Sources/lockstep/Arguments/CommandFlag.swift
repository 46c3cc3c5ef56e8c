internal import ArgumentParser

/// A flag or a positional argument of a command, as the parser describes it.
struct CommandFlag: Decodable {
  private enum Kind: String, Decodable {
    case option, flag, positional
  }

  private struct Name: Decodable {
    let kind: String
    let name: String
  }

  /// What a shell completes a value with; here it only matters whether that is a path.
  private struct Completion: Decodable {
    private enum CodingKeys: String, CodingKey { case file, directory }
    let isPath: Bool

    init(from decoder: any Decoder) throws {
      isPath = try !decoder.container(keyedBy: CodingKeys.self).allKeys.isEmpty
    }
  }

  private enum CodingKeys: String, CodingKey {
    case kind, preferredName, parsingStrategy, completionKind, abstract, discussion, valueName
    case defaultValue, shouldDisplay, allValues
    case allNames = "names"
  }

  private let kind: Kind
  private let allNames: [Name]?
  private let preferredName: Name?
  private let parsingStrategy: String?
  private let completionKind: Completion?
  let abstract: String?
  let discussion: String?
  let valueName: String?
  let defaultValue: String?

  private let shouldDisplay: Bool?

  /// Whether only `--help-hidden` lists it.
  var isHidden: Bool { !(shouldDisplay ?? true) }

  /// All values that the flag may have, where there are only a few; else nil.
  let allValues: [String]?

  /// The name on the command line, without hyphens; nil for a positional argument.
  var name: String? { preferredName?.kind == "long" ? preferredName?.name : nil }

  /// The name of the flag that turns this one off; nil where there is none.
  var inverse: String?

  /// Whether the flag has a value.
  var takesValue: Bool { kind == .option }

  /// Whether the value may begin with a hyphen, as a negative number does.
  var takesAnyWord: Bool { parsingStrategy == "unconditional" }

  /// Whether the value is the name of a file or a folder.
  var isPath: Bool { completionKind?.isPath ?? false }

  /// Whether this is the positional argument that names the run or the checkpoint.
  var isRun: Bool { kind == .positional && ["checkpoint", "run"].contains(valueName ?? "") }

  /// The name of one letter, without its hyphen; nil where there is none.
  var letter: String? { allNames?.first { $0.kind == "short" }?.name }

  /// All names that turn the flag on or off, without hyphens.
  var names: [String] { [name, inverse].compactMap(\.self) }

  /// The variable that may give the flag, as in `LOCKSTEP_BATCH_SIZE`.
  var variable: String? { name.map(Variables.variable) }

  /// The words of a command line that give the flag the value `text`, which stands in `source`. A flag
  /// that takes no value is turned on or off by `text`; to turn it off without an inverse takes no words.
  ///
  /// - Throws: `ValidationError` where a flag without a value gets other text than true or false.
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
