package import Platform

/// The declaration of one setting: all that reads, writes, checks, compares or shows a recipe or a
/// configuration goes by it.
///
///     Setting("hidden", \Recipe.hidden, absent: .error, check: .within(1...4096))
package struct Setting<Root, Value: SettingValue>: Sendable {
  /// What a file without the setting means.
  package enum Absence: Sendable {
    /// Nothing: every version has written the setting, so the file is damaged.
    case error
    /// The value that runs had before there was the setting.
    case means(Value)
  }

  /// The setting's name: the key in files, and the flag.
  package let name: SettingName

  /// The words beside the value where a model is described.
  package let label: SettingLabel

  /// With which other values the setting has a meaning.
  package let use: SettingUse<Root>

  /// Where the setting's value is.
  private let path: any WritableKeyPath<Root, Value> & Sendable

  private let absence: Absence
  private let check: SettingCheck<Value>

  /// The setting `name`, whose value is at `path`.
  package init(
    _ name: SettingName, _ path: any WritableKeyPath<Root, Value> & Sendable,
    absent absence: Absence,
    check: SettingCheck<Value> = .any, label: SettingLabel = .name,
    use: SettingUse<Root> = .always
  ) {
    self.name = name
    self.label = label
    self.use = use
    self.path = path
    self.absence = absence
    self.check = check
  }
}

/// A setting of `Root`, whatever the type of its value.
package protocol AnySetting<Root>: Sendable {
  associatedtype Root

  /// See ``Setting/name``.
  var name: SettingName { get }

  /// See ``Setting/label``.
  var label: SettingLabel { get }

  /// See ``Setting/use``.
  var use: SettingUse<Root> { get }

  /// Whether the value is at `path`.
  func isAt(_ path: AnyKeyPath) -> Bool

  /// The value that `root` has.
  func value(in root: Root) -> any SettingValue

  /// What is impossible about the value that `root` has, as the rest of a sentence that begins with
  /// the name; nil where nothing is.
  func problem(in root: Root) -> String?

  /// Whether the value is another in `root` than in `other`.
  func differs(_ root: Root, _ other: Root) -> Bool

  /// Whether `root` has another value than a file without the setting means, so that a model's file must have
  /// the setting. A model's file leaves it out otherwise, so that published models keep their bits. False
  /// where absence is an error: `state.json` has such settings, and a model's file only sizes and seed.
  func differsFromAbsence(in root: Root) -> Bool

  /// Whether `root` has the value that a file without the setting means. False where absence is an error.
  func equalsAbsence(in root: Root) -> Bool

  /// Gives `other` the value that `root` has.
  func copy(from root: Root, to other: inout Root)

  /// Writes the value that `root` has, if it has one and the setting has a meaning there.
  func encode(_ root: Root, to values: inout KeyedEncodingContainer<SettingName>) throws

  /// Reads the value for `root`, or gives it what absence means.
  func decode(_ root: inout Root, from values: KeyedDecodingContainer<SettingName>) throws
}

extension Setting: AnySetting {
  package func isAt(_ path: AnyKeyPath) -> Bool { self.path as AnyKeyPath == path }

  package func value(in root: Root) -> any SettingValue { root[keyPath: path] }

  package func problem(in root: Root) -> String? { check.problem(root[keyPath: path]) }

  package func differs(_ root: Root, _ other: Root) -> Bool {
    root[keyPath: path] != other[keyPath: path]
  }

  package func differsFromAbsence(in root: Root) -> Bool {
    guard case .means(let value) = absence else { return false }
    return root[keyPath: path] != value
  }

  package func equalsAbsence(in root: Root) -> Bool {
    guard case .means(let value) = absence else { return false }
    return root[keyPath: path] == value
  }

  package func copy(from root: Root, to other: inout Root) {
    other[keyPath: path] = root[keyPath: path]
  }

  package func encode(
    _ root: Root, to values: inout KeyedEncodingContainer<SettingName>
  ) throws {
    guard root[keyPath: path].shown != nil, use.applies(root) || differsFromAbsence(in: root)
    else { return }
    // As people write it: 4, and not 4e+0.
    if let number = root[keyPath: path] as? Double, let whole = Int(exactly: number) {
      try values.encode(whole, forKey: name)
    } else {
      try values.encode(root[keyPath: path], forKey: name)
    }
  }

  package func decode(
    _ root: inout Root, from values: KeyedDecodingContainer<SettingName>
  ) throws {
    switch absence {
    case .error: root[keyPath: path] = try values.decode(Value.self, forKey: name)
    case .means(let value):
      root[keyPath: path] = try values.decodeIfPresent(Value.self, forKey: name) ?? value
    }
  }
}

/// How a setting's value is introduced where a model is described: in a line, as in "learning rate
/// 0.001, seed 1", and in a table of two columns.
package enum SettingLabel: Sendable {
  /// By the setting's name, in both.
  case name

  /// Not at all: the value is a size of the model's layers, which are described as a whole.
  case size

  /// In a line, by `inLine`, which may be empty, before the value; in a table, by `row` in the first column,
  /// and by `beforeValue` before the value in the second.
  case words(inLine: String, row: String, beforeValue: String = "")

  /// Whether the value is a size of the model's layers.
  package var isSize: Bool {
    if case .size = self { true } else { false }
  }
}
