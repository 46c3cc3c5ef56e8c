/// Numbers of things and lists of names, as parts of a sentence.
package enum Wording {
  /// "1 rank", "2 ranks", "2 batches".
  package static func count(_ number: Int, _ noun: String, plural: String? = nil) -> String {
    "\(number) \(number == 1 ? noun : plural ?? "\(noun)s")"
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

  /// Whole MiB, thousands set apart.
  package static func mebibytes(_ bytes: Int) -> String { "\((bytes >> 20).grouped) MiB" }
}
