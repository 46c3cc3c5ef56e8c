internal import Engine
internal import FoundationEssentials
internal import Platform
internal import Yams

extension RunConfiguration {
  /// The configuration of the run that a checkpoint is in; nil for one that was copied elsewhere.
  package static func read(beside checkpoint: String) throws -> RunConfiguration? {
    let path = "\(FileSystem.parent(of: FileSystem.resolved(checkpoint)))/\(RunFiles.configuration)"
    guard try FileSystem.isThere(path) else { return nil }
    do {
      let configuration = try YAMLDecoder().decode(
        RunConfiguration.self, from: try FileSystem.read(path))
      guard (1...RunConfiguration.mostEpochs).contains(configuration.epochs),
        configuration.logEvery > 0, configuration.verifyEvery ?? 0 >= 0
      else { throw damage(path, "a number is out of its range") }
      return configuration
    } catch let error as DecodingError {
      throw damage(path, error.reason)
    }
  }

  private static func damage(_ path: String, _ reason: String) -> Failure {
    Failure(
      .badData,
      "\(path): this is not the configuration of a run (\(reason)): mend it, or remove it and name the "
        + "images with --data; all that the model depends on is in the checkpoint")
  }
}

extension RunConfiguration {
  /// The content of `config.yaml`, a flag a line: what is read from it is this configuration.
  package var text: String {
    get throws {
      let encoder = YAMLEncoder()
      encoder.options.width = -1
      encoder.options.allowUnicode = true
      let text = try encoder.encode(self)
      guard try YAMLDecoder().decode(Self.self, from: text) != self else { return text }
      // The encoder writes 15 digits of a number, and some need two more.
      let name = "\(Recipe.CodingKeys.learningRate.rawValue): "
      return text.split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.hasPrefix(name) ? "\(name)\(recipe.learningRate)" : String($0) }
        .joined(separator: "\n")
    }
  }
}

extension DecodingError {
  /// What is wrong with which name of a configuration, as a part of a sentence.
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
