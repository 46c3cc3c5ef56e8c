/// Whether the cores of the machine ran at full speed during a measurement: before and after it, all cores
/// together were nearly as fast as their number times the fastest that one core ever was by itself.
///
/// The cores of a virtual machine are often slower together, since they share physical cores with
/// one another or with other machines. Figures of such measurements say little about the program.
enum FullSpeed {
  /// What the cores must reach together, as a fraction of their number times the highest single peak.
  static let threshold = 0.9

  /// Whether the joint peaks of `ranks` cores `before` and `after` a measurement are high enough.
  /// `single` is the highest peak that one core ever reached by itself. Peaks are operations a second.
  static func isReached(before: Double, after: Double, ranks: Int, single: Double) -> Bool {
    min(before, after) >= threshold * Double(ranks) * single
  }

  /// Whether full speed was reached in each of `rounds`.
  static func isReached(in rounds: [Measurement], single: Double) -> [Bool] {
    rounds.map {
      isReached(before: $0.peak.before, after: $0.peak.after, ranks: $0.ranks, single: single)
    }
  }

  /// The indices of the rounds that count, given whether full speed was reached in each.
  ///
  /// The rounds at full speed count if they are at least half of all rounds. Otherwise all rounds
  /// count, since a few lucky rounds tell less.
  static func counted(_ isReached: [Bool]) -> [Int] {
    let fast = isReached.indices.filter { isReached[$0] }
    return fast.count * 2 >= isReached.count ? fast : Array(isReached.indices)
  }
}
