/// How a program words what a ``Sentence`` refers to.
package struct Vocabulary: Sendable {
  /// The words for a setting and, unless that is nil, for the value that it has or shall be given.
  package let setting: @Sendable (SettingName, String?) -> String

  /// The words for a command, by its name.
  package let command: @Sendable (String) -> String

  /// A vocabulary of these words.
  package init(
    setting: @escaping @Sendable (SettingName, String?) -> String,
    command: @escaping @Sendable (String) -> String
  ) {
    (self.setting, self.command) = (setting, command)
  }

  /// The names of settings and commands as they are, for use outside of a command line.
  package static let neutral = Vocabulary(
    setting: { name, value in value.map { "\(name) \($0)" } ?? name.text }, command: { $0 })

  /// The key of an encoder's `userInfo` for the vocabulary that sentences are written in.
  package static let key = CodingUserInfoKey(rawValue: "vocabulary")!
}
