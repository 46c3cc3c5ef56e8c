/// How numbers of things and lists of names are told in a line.
package enum Wording {
  /// "1 rank", "2 ranks".
  package static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  /// "core 3", "cores 0 and 1", "cores 0-3,7".
  package static func list(_ noun: String, _ numbers: [Int]) -> String {
    switch numbers.count {
    case 1: "\(noun) \(numbers[0])"
    case 2: "\(noun)s \(numbers[0]) and \(numbers[1])"
    default: "\(noun)s \(CPUList(numbers))"
    }
  }

  /// "left", "left and right", "a, b and 14 more".
  package static func names(_ names: [String]) -> String {
    if names.count <= 2 { return names.joined(separator: " and ") }
    if names.count == 3 { return "\(names[0]), \(names[1]) and \(names[2])" }
    return "\(names[0]), \(names[1]) and \(names.count - 2) more"
  }

  /// "left", "left, right, here and 3 other hosts".
  package static func hosts(_ hosts: [String]) -> String {
    let others = hosts.count > 4 ? " and \(hosts.count - 4) other hosts" : ""
    return hosts.prefix(4).joined(separator: ", ") + others
  }

  /// 1,234,567.
  package static func grouped(_ number: Int) -> String {
    var digits = String(number)
    var place = digits.count - 3
    while place > 0 {
      digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
      place -= 3
    }
    return digits
  }

  /// Whole MiB, thousands set apart.
  package static func mebibytes(_ bytes: Int) -> String { "\(grouped(bytes >> 20)) MiB" }

  /// At most two decimals, as in "1.5".
  package static func decimals(_ number: Double) -> String {
    let hundredths = Int((number * 100).rounded())
    let digits = hundredths % 100
    let tail = digits % 10 == 0 ? "\(digits / 10)" : "\(digits < 10 ? "0" : "")\(digits)"
    return digits == 0 ? "\(hundredths / 100)" : "\(hundredths / 100).\(tail)"
  }
}
