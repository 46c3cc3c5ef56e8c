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

  private let kind: Kind
  private let preferredName: Name?
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

  /// The variable in which the environment may give it: `LOCKSTEP_BATCH_SIZE`.
  var variable: String? {
    name.map { name in
      "LOCKSTEP_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
    }
  }

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
