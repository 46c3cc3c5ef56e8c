package import Images
package import Kernels
package import VAE

/// What a setting can have as its value.
package protocol SettingValue: Codable, Equatable, Sendable {
  /// The value as people read it; nil where there is none.
  var shown: String? { get }

  /// The value as a double that equals it exactly; nil where it is no number, or no double equals it.
  var number: Double? { get }
}

extension SettingValue {
  /// None.
  package var number: Double? { nil }
}

extension SettingValue where Self: CustomStringConvertible {
  /// The description.
  package var shown: String? { description }
}

extension SettingValue where Self: RawRepresentable<String> {
  /// The word.
  package var shown: String? { rawValue }
}

extension SettingValue where Self: BinaryInteger {
  /// The number; nil where a double does not hold all its digits.
  package var number: Double? { Double(exactly: self) }
}

extension Bool: SettingValue {}

extension Int: SettingValue {}

extension UInt64: SettingValue {}

extension Double: SettingValue {
  /// The number.
  package var number: Double? { self }
}

extension String: SettingValue {
  /// The text.
  package var shown: String? { self }
}

extension Precision: SettingValue {}

extension PixelProtocol: SettingValue {}

extension TeamMode: SettingValue {}

extension LayerWidths: SettingValue {
  /// The number of units, where there is one layer.
  package var number: Double? { all.count == 1 ? Double(exactly: all[0]) : nil }
}

extension ModelKind: SettingValue {}

extension Activation: SettingValue {}

extension OutputBias: SettingValue {}

extension Objective.Bound: SettingValue {}

extension ExchangeMode: SettingValue {}

extension Optional: SettingValue where Wrapped: SettingValue {
  /// The value, where there is one.
  package var shown: String? { self?.shown }

  /// The number, where there is one.
  package var number: Double? { self?.number }
}
