package import Platform

/// All settings of `Root`, in the order in which files have them.
package struct SettingTable<Root>: Sendable {
  /// The settings.
  package let settings: [any AnySetting<Root>]

  /// A table of `settings`, in the order in which files shall have them.
  package init(_ settings: [any AnySetting<Root>]) { self.settings = settings }

  /// The setting whose value is at `path`; the program stops where the table has none.
  package func setting(at path: PartialKeyPath<Root>) -> any AnySetting<Root> {
    guard let setting = settings.first(where: { $0.isAt(path) }) else {
      preconditionFailure("\(path) is no setting's")
    }
    return setting
  }

  /// The first setting whose value in `root` is impossible, and the rest of a sentence that begins with its
  /// name; nil where there is none.
  package func problem(in root: Root) -> (name: SettingName, text: String)? {
    for setting in settings {
      if let text = setting.problem(in: root) { return (setting.name, text) }
    }
    return nil
  }

  /// What is impossible about a setting that has no meaning beside the other values of `root`, in one
  /// sentence; nil where all such settings have the value that absence means.
  package func misuse(in root: Root) -> Sentence? {
    for setting in settings where setting.differsFromAbsence(in: root) {
      guard let owner = setting.use.owner(forbiddingIn: root) else { continue }
      return "\(setting: setting.name, setting.value(in: root).shown ?? "") is of use with "
        + "\(setting: owner.name, owner.values.joined(separator: " or ")) alone: leave it out, or give both"
    }
    return nil
  }

  /// Whether the setting `name`, if the table has it, can have a meaning where others have the values that
  /// `value` gives, as texts; settings for which it gives nil may have any.
  package func canApply(_ name: SettingName, where value: (SettingName) -> String?) -> Bool {
    settings.first { $0.name == name }?.use.canApply(where: value) ?? true
  }

  /// The settings of `root` that are numbers and differ from those of `other`, with all their digits.
  package func numbers(_ root: Root, thatDifferIn other: Root) -> [(
    name: SettingName, digits: String
  )] {
    settings.filter { $0.differs(root, other) }.compactMap { setting in
      let value = setting.value(in: root)
      return value.number == nil ? nil : value.shown.map { (setting.name, $0) }
    }
  }

  /// Writes all values that have a meaning, one flat list of keys; without those that absence means, too, if
  /// `isSparse`: what is written then are the keys of the version that the values are of.
  package func encode(_ root: Root, to encoder: any Encoder, isSparse: Bool = false) throws {
    var values = encoder.container(keyedBy: SettingName.self)
    for setting in settings where !isSparse || !setting.equalsAbsence(in: root) {
      try setting.encode(root, to: &values)
    }
  }

  /// Reads all values; a file may have other keys, too.
  package func decode(_ root: inout Root, from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: SettingName.self)
    for setting in settings { try setting.decode(&root, from: values) }
  }
}
