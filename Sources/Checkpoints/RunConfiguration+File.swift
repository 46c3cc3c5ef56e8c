internal import Engine
internal import FoundationEssentials
internal import Kernels
internal import Platform
internal import Yams

extension RunConfiguration {
  /// The configuration of the run that has the checkpoint; nil where none is there, as where the checkpoint
  /// was copied elsewhere.
  package static func read(beside checkpoint: String) throws -> RunConfiguration? {
    let path = "\(FileSystem.parent(of: FileSystem.resolved(checkpoint)))/\(RunFiles.configuration)"
    guard try FileSystem.isThere(path) else { return nil }
    do {
      let configuration = try RunConfiguration(decoding: try FileSystem.read(path))
      if let (name, text) = table.problem(in: configuration) {
        throw damage(path, "\(name) \(text)")
      }
      guard configuration.exchange.wires.contains(configuration.wire) else {
        throw damage(
          path, "\(configuration.exchange.rawValue) cannot send \(configuration.wire.rawValue)")
      }
      return configuration
    } catch let error as DecodingError {
      throw damage(path, error.reason)
    } catch let error as YAMLText.Aliases {
      throw damage(path, "\(error)")
    }
  }

  private static func damage(_ path: String, _ reason: String) -> Failure {
    Failure(
      .badData,
      "\(path): this is not the configuration of a run (\(reason)): mend it, or remove it and name the "
        + "images with \(setting: .data); all that the model depends on is in the checkpoint")
  }
}

extension Recipe {
  /// The recipe in the file at `path`, which is a run's `config.yaml`; nil where it tells none, or one that
  /// cannot be.
  package init?(inConfiguration path: String) {
    guard FileSystem.isRegularFile(path), let text = try? FileSystem.read(path),
      let recipe: Recipe = try? YAMLText(text).decode(), recipe.valueProblem == nil
    else { return nil }
    self = recipe
  }
}

extension RunConfiguration {
  /// Reads the content of `config.yaml`.
  init(decoding text: String) throws {
    self = try YAMLText(text).decode()
  }

  /// The content of `config.yaml`, a flag a line: what is read from it is this configuration.
  package var text: String {
    get throws {
      let encoder = YAMLEncoder()
      encoder.options.width = -1
      encoder.options.allowUnicode = true
      let text = try encoder.encode(self)
      // The encoder writes 15 digits of a number, and some numbers need 17.
      let read = try RunConfiguration(decoding: text)
      let exact =
        Recipe.table.numbers(recipe, thatDifferIn: read.recipe)
        + Self.table.numbers(self, thatDifferIn: read)
      guard !exact.isEmpty else { return text }
      return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        let number = exact.first { line.hasPrefix("\($0.name): ") }
        return number.map { "\($0.name): \($0.digits)" } ?? String(line)
      }.joined(separator: "\n")
    }
  }
}

extension DecodingError {
  /// Which value of a configuration is wrong, and in what way, as a part of a sentence.
  fileprivate var reason: String {
    switch self {
    case .keyNotFound(let key, _): return "it has no '\(key.stringValue)'"
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      let name = context.codingPath.last?.stringValue
      return name.map { "the value of '\($0)' cannot be read" }
        ?? "it is not a list of names and values"
    @unknown default: return "it cannot be read"
    }
  }
}
