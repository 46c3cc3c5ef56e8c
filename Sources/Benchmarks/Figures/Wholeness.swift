/// Whether the machine was whole while something was measured: whether its cores were as fast
/// together as one by one, which those of a virtual machine often are not.
enum Wholeness {
  /// The part of the cores' single peaks that they must reach together.
  static let threshold = 0.9

  /// Whether the joint peaks of `ranks` cores `before` and `after` a measurement are high enough,
  /// where `single` is the highest peak that one core ever reached by itself.
  static func isWhole(before: Double, after: Double, ranks: Int, single: Double) -> Bool {
    min(before, after) >= threshold * Double(ranks) * single
  }

  /// The rounds that count: those in which the machine was whole, if these are at least half of
  /// all; otherwise all, since a few lucky rounds tell less than all.
  static func counted(_ isWhole: [Bool]) -> [Int] {
    let whole = isWhole.indices.filter { isWhole[$0] }
    return whole.count * 2 >= isWhole.count ? whole : Array(isWhole.indices)
  }
}

extension Wholeness {
  /// Whether the machine was whole in each of `rounds`.
  static func judge(_ rounds: [Measurement], single: Double) -> [Bool] {
    rounds.map {
      isWhole(before: $0.peak.before, after: $0.peak.after, ranks: $0.ranks, single: single)
    }
  }
}
