internal import VAE

/// Tells what is impossible about a setting's value.
package struct SettingCheck<Value: Sendable>: Sendable {
  /// The rest of a sentence that begins with the setting's name, as in "must be at least 1"; nil
  /// where nothing is wrong.
  let problem: @Sendable (Value) -> String?

  /// Every value is possible.
  static var any: Self { Self { _ in nil } }
}

extension SettingCheck<Int> {
  /// At least `least` and at most `most`; the sentence names the bound that the value exceeds.
  package static func number(from least: Int, to most: Int = .max) -> Self {
    Self {
      if $0 < least { return "must be at least \(least)" }
      return $0 > most ? "must be at most \(most)" : nil
    }
  }

  /// Within `range`; the sentence names both ends.
  static func within(_ range: ClosedRange<Int>) -> Self {
    Self {
      range.contains($0) ? nil : "must be from \(range.lowerBound) to \(range.upperBound)"
    }
  }
}

extension SettingCheck<LayerWidths> {
  /// As many layers as a model may have hidden in its encoder.
  private static var mostLayers: Int { 8 }

  /// Each within `range`; the sentence names both ends.
  static func widths(of range: ClosedRange<Int>) -> Self {
    Self { widths in
      if let problem = widths.all.lazy.compactMap(SettingCheck<Int>.within(range).problem).first {
        return problem
      }
      return widths.all.count <= mostLayers ? nil : "must be at most \(mostLayers) numbers"
    }
  }
}

extension SettingCheck<Int?> {
  /// At least `least` and at most `most`, or nil.
  package static func number(from least: Int, to most: Int = .max) -> Self {
    Self { $0.flatMap(SettingCheck<Int>.number(from: least, to: most).problem) }
  }
}

extension SettingCheck<Double?> {
  /// Within `range` after rounding to fp32, and finite there; or nil.
  static func float(_ range: PartialRangeFrom<Float>, asIn example: String) -> Self {
    let check = SettingCheck<Double>.float(range, asIn: example)
    return Self { $0.flatMap(check.problem) }
  }
}

extension SettingCheck<Double> {
  /// From 0 to less than 1.
  static var share: Self {
    Self { $0 >= 0 && $0 < 1 ? nil : "must be a number from 0 to less than 1, as in 0.9" }
  }

  /// Within `range` after rounding to fp32, and finite there. The range of all positive numbers is
  /// `.leastNonzeroMagnitude...`, that of all from zero on `0...`.
  static func float(_ range: PartialRangeFrom<Float>, asIn example: String) -> Self {
    let least = range.lowerBound
    let kind =
      least == .leastNonzeroMagnitude ? "a positive number" : "a number, at least \(least),"
    return Self {
      Float($0).isFinite && range.contains(Float($0))
        ? nil : "must be \(kind) that fp32 can hold, as in \(example)"
    }
  }
}
