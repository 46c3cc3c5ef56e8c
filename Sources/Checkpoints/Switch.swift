internal import Engine

/// On or off.
package enum Switch: String, Codable, Sendable, CaseIterable {
  /// It does.
  case on
  /// It does not.
  case off
}

extension Switch: SettingValue {}
