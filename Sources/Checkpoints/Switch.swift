internal import Engine

/// Whether a run does what it could also leave.
package enum Switch: String, Codable, Sendable, CaseIterable {
  /// It does.
  case on
  /// It does not.
  case off
}

extension Switch: SettingValue {}
