/// Numbers as people read them.
package enum NumberText {
  /// `value` rounded to `places` decimals, its thousands set apart, as in 64,123.5; a number that
  /// is too large for this, as Swift prints it.
  ///
  /// The minus sign is U+2212: a page neither breaks a line behind it nor draws it shorter than a
  /// plus sign.
  package static func fixed(_ value: Double, _ places: Int = 0) -> String {
    let scaled = (value * power(places)).rounded()
    guard scaled.magnitude < 0x1p53 else { return "\(value)" }
    let (whole, fraction) = digits(scaled.magnitude, places: places)
    let sign = scaled < 0 ? "\u{2212}" : ""
    return sign + grouped(whole) + (places > 0 ? ".\(fraction)" : "")
  }

  /// `value` rounded to `places` decimals, without zeros at the end, as in 1.5 and 2. The digits,
  /// as one whole number, must fit 64 bits.
  package static func trimmed(_ value: Double, places: Int) -> String {
    let scaled = (value * power(places)).rounded()
    var (whole, fraction) = digits(scaled.magnitude, places: places)
    while fraction.last == "0" { fraction.removeLast() }
    return (scaled < 0 ? "-" : "") + whole + (fraction.isEmpty ? "" : ".\(fraction)")
  }

  /// Sets the thousands of a whole number apart.
  fileprivate static func grouped(_ digits: String) -> String {
    var digits = digits
    var place = digits.count - 3
    while place > 0 {
      digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
      place -= 3
    }
    return digits
  }

  /// The digits of `scaled` in two parts: those before the last `places` digits, one digit at
  /// least, and the last `places` digits.
  fileprivate static func digits(
    _ scaled: Double, places: Int
  ) -> (whole: String, fraction: String) {
    let digits = String(UInt(scaled))
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    return (String(padded.dropLast(places)), String(padded.suffix(places)))
  }

  private static func power(_ places: Int) -> Double {
    (0..<places).reduce(1.0) { power, _ in power * 10 }
  }
}

extension Double {
  /// The number with two decimals, as in 1234.50; a number that is too large for this, as Swift
  /// prints it.
  package var twoDecimals: String {
    guard magnitude < 1e15 else { return "\(self)" }
    let (whole, fraction) = NumberText.digits((magnitude * 100).rounded(), places: 2)
    return "\(self < 0 ? "-" : "")\(whole).\(fraction)"
  }
}

extension Int {
  /// The number with its thousands set apart, as in 1,234,567.
  package var grouped: String { (self < 0 ? "-" : "") + NumberText.grouped(String(magnitude)) }
}
