internal import Platform

/// With which values of other settings a setting has a meaning.
///
/// Where it has none, files leave the setting out, people are not told of it, and a value other than that
/// which absence means is a mistake of the user.
package struct SettingUse<Root>: Sendable {
  /// Another setting, and the values of it with which the setting has a meaning.
  package struct Owner: Sendable {
    /// The other setting.
    let name: SettingName
    /// The values, as people write them.
    let values: [String]
    /// Whether the other setting has one of the values in `Root`.
    let allows: @Sendable (Root) -> Bool
  }

  /// The settings that decide, all of which must allow it.
  private let owners: [Owner]

  /// Whether people are told of the value that absence means, too.
  package let isAlwaysTold: Bool

  /// Whether the setting has a meaning in `root`.
  package func applies(_ root: Root) -> Bool { owners.allSatisfy { $0.allows(root) } }

  /// The first setting by whose value this one has no meaning in `root`; nil where it has one.
  func owner(forbiddingIn root: Root) -> Owner? { owners.first { !$0.allows(root) } }

  /// Whether the setting can have a meaning where other settings have the values that `value` gives, as
  /// texts; settings for which it gives nil may have any.
  func canApply(where value: (SettingName) -> String?) -> Bool {
    owners.allSatisfy { owner in value(owner.name).map(owner.values.contains) ?? true }
  }

  /// A setting that always has a meaning.
  static var always: Self { Self(owners: [], isAlwaysTold: false) }

  /// A setting that always has a meaning, and of whose usual value people are told, too.
  static var told: Self { Self(owners: [], isAlwaysTold: true) }

  /// A setting that has a meaning where `path` has one of `values`.
  static func only<Value: SettingValue>(
    with name: SettingName, _ path: any KeyPath<Root, Value> & Sendable, is values: Value...,
    isAlwaysTold: Bool = true
  ) -> Self {
    let owner = Owner(name: name, values: values.compactMap(\.shown)) {
      values.contains($0[keyPath: path])
    }
    return Self(owners: [owner], isAlwaysTold: isAlwaysTold)
  }

  /// A setting that has a meaning where it has one by this and by `other`.
  func and(_ other: Self) -> Self {
    Self(owners: owners + other.owners, isAlwaysTold: isAlwaysTold)
  }
}
