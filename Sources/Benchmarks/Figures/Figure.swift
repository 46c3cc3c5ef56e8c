internal import Platform

/// How tables show figures.
enum Figure {
  /// A fraction as a percentage, with one decimal below 10 %; a dash for nil or a number that is not
  /// finite.
  static func percent(_ fraction: Double?) -> String {
    guard let fraction, fraction.isFinite else { return "–" }
    let tenths = Int((fraction * 1000).rounded())
    return abs(tenths) < 100
      ? "\(tenths / 10).\(abs(tenths % 10))%" : "\(Int((fraction * 100).rounded()))%"
  }

  /// What to call figures that come from this many rounds.
  static func medians(_ rounds: Int) -> String {
    rounds == 1 ? "one round" : "medians of \(rounds) rounds"
  }

  /// Milliseconds with two decimals; a dash for nil.
  static func milliseconds(_ value: Double?) -> String { value.map(\.twoDecimals) ?? "–" }

  /// Operations a second in units of 10⁹.
  static func giga(_ operations: Double) -> String { "\(Int((operations / 1e9).rounded()))" }
}
