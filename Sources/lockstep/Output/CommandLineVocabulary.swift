internal import Platform

extension Vocabulary {
  /// The words that people type: `--run NEW`, `lockstep train`.
  static let commandLine = Vocabulary(
    setting: { name, value in "--\(name)" + (value.map { " \($0)" } ?? "") },
    command: { "lockstep \($0)" })
}
