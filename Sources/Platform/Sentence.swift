/// A sentence for people, which may refer to settings and commands.
///
/// A library does not know how its users give a setting a value: a program words the references with
/// its ``Vocabulary``, for instance as flags.
///
///     let sentence: Sentence = "\(path): in use; choose another \(setting: .run)"
///     sentence.description  // runs/a: in use; choose another run
public struct Sentence: Equatable, Sendable {
  /// A piece of a sentence.
  fileprivate enum Part: Codable, Equatable, Sendable {
    /// Words that every program shows as they are.
    case text(String)
    /// A setting, and the value that it has or shall be given; nil where no value is meant.
    case setting(SettingName, value: String?)
    /// A command of the program, by its name.
    case command(String)
  }

  /// The pieces; texts never follow one another, so that equal sentences have equal pieces.
  private var parts: [Part] = []

  /// A sentence that refers to nothing.
  public init(_ text: String) { parts = [.text(text)] }

  /// The sentence of `error`.
  public init(of error: any Error) {
    switch error {
    case let failure as Failure: self = failure.sentence
    case let error as any CodedError: self = error.sentence
    default: self.init("\(error)")
    }
  }

  /// The sentence as users of `vocabulary` read it.
  package func text(in vocabulary: Vocabulary) -> String {
    parts.map { part in
      switch part {
      case .text(let text): text
      case .setting(let name, let value): vocabulary.setting(name, value)
      case .command(let name): vocabulary.command(name)
      }
    }.joined()
  }

  /// The first sentence, followed by the second.
  public static func + (first: Sentence, second: Sentence) -> Sentence {
    "\(first)\(second)"
  }
}

extension Sentence: CustomStringConvertible {
  /// The sentence with the names of settings and commands, for users of the library.
  public var description: String { text(in: .neutral) }
}

extension Sentence: ExpressibleByStringInterpolation {
  /// A sentence that refers to nothing.
  public init(stringLiteral text: String) { self.init(text) }

  /// A sentence of the pieces that were put together.
  public init(stringInterpolation: StringInterpolation) { parts = stringInterpolation.parts }

  /// Puts a sentence together.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var parts: [Part] = []

    /// No pieces yet.
    public init(literalCapacity: Int, interpolationCount: Int) {}

    /// Adds words.
    public mutating func appendLiteral(_ text: String) {
      guard !text.isEmpty else { return }
      if case .text(let before) = parts.last {
        parts[parts.count - 1] = .text(before + text)
      } else {
        parts.append(.text(text))
      }
    }

    /// Adds the description of a value.
    public mutating func appendInterpolation<Value>(_ value: Value) {
      appendLiteral("\(value)")
    }

    /// Adds another sentence, with what it refers to.
    public mutating func appendInterpolation(_ sentence: Sentence) {
      for part in sentence.parts {
        if case .text(let text) = part { appendLiteral(text) } else { parts.append(part) }
      }
    }

    /// Adds the sentence of an error.
    public mutating func appendInterpolation(_ error: some Error) {
      appendInterpolation(Sentence(of: error))
    }

    /// Refers to a setting.
    package mutating func appendInterpolation(setting name: SettingName) {
      parts.append(.setting(name, value: nil))
    }

    /// Refers to a setting that has `value`, or shall be given it.
    package mutating func appendInterpolation(setting name: SettingName, _ value: some Any) {
      parts.append(.setting(name, value: "\(value)"))
    }

    /// Refers to a command of the program.
    package mutating func appendInterpolation(command name: String) {
      parts.append(.command(name))
    }
  }
}

extension Sentence: Codable {
  /// Reads what a sentence refers to along with its words.
  public init(from decoder: any Decoder) throws {
    parts = try decoder.singleValueContainer().decode([Part].self)
  }

  /// Writes what a sentence refers to along with its words; or, where the encoder is given a
  /// ``Vocabulary``, the text in it.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let vocabulary = encoder.userInfo[Vocabulary.key] as? Vocabulary {
      try container.encode(text(in: vocabulary))
    } else {
      try container.encode(parts)
    }
  }
}
