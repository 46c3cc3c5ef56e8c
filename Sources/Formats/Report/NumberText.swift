/// Numbers as a page shows them.
package enum NumberText {
  /// The number rounded to `places` decimals, its thousands set apart: 64,123.5.
  package static func fixed(_ value: Double, _ places: Int = 0) -> String {
    let power = (0..<places).reduce(1.0) { power, _ in power * 10 }
    let scaled = (value * power).rounded()
    guard scaled.magnitude < 0x1p53 else { return "\(value)" }
    let digits = String(Int(scaled.magnitude))
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let whole = grouped(String(padded.dropLast(places)))
    let fraction = places > 0 ? "." + padded.suffix(places) : ""
    // U+2212, as wide as a plus sign and never broken from its number.
    return (scaled < 0 ? "\u{2212}" : "") + whole + fraction
  }

  /// The number with its thousands set apart.
  package static func whole(_ value: Int) -> String { fixed(Double(value)) }

  /// A coordinate in a drawing: one decimal, and none where it is 0.
  static func coordinate(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    let fraction = tenths.magnitude % 10
    return "\(tenths < 0 ? "-" : "")\(tenths.magnitude / 10)\(fraction == 0 ? "" : ".\(fraction)")"
  }

  private static func grouped(_ digits: String) -> String {
    var digits = digits
    var place = digits.count - 3
    while place > 0 {
      digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
      place -= 3
    }
    return digits
  }
}
