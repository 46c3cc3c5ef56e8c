internal import Glibc

/// An axis of a chart: the range of values that it shows, and the numbers written beside it.
struct Axis {
  /// The values at the axis's ends.
  let range: ClosedRange<Double>
  /// The numbers that are written beside the axis, in rising order.
  let ticks: [Double]
  /// How many decimals the ticks need.
  let places: Int

  /// An axis with a few ticks, at multiples of 1, 2 or 5 times a power of ten.
  ///
  /// - Parameters:
  ///   - values: the numbers that the axis has to show; numbers that cannot be drawn are left out.
  ///   - isRound: whether the axis begins and ends at ticks, rather than at the least and the
  ///     greatest value.
  ///   - isWhole: whether only whole numbers are ticks.
  ///   - most: an upper bound for the count of parts that ticks cut the range of the values into.
  init(_ values: [Double], isRound: Bool = true, isWhole: Bool = false, most: Int = 5) {
    let drawn = values.filter(\.isDrawable)
    var (low, high) = (drawn.min() ?? 0, drawn.max() ?? 1)
    // Numbers this close to one another leave no room for ticks between them.
    if high - low <= max(abs(low), abs(high), 1e-290) * 1e-9 {
      let room = max(abs(low) * (isWhole ? 1e-9 : 0.1), isWhole ? 1 : 1e-6)
      (low, high) = (low - room, high + room)
    }
    let step = Self.step((high - low) / Double(most), isWhole: isWhole)
    if isRound {
      (low, high) = ((low / step).rounded(.down) * step, (high / step).rounded(.up) * step)
    }
    let first = (low / step - 1e-9).rounded(.up)
    let last = (high / step + 1e-9).rounded(.down)
    range = low...high
    ticks = stride(from: first, through: last, by: 1).map { $0 * step }
    places = max(0, Int((-log10(step) - 1e-9).rounded(.up)))
  }

  /// The least of 1, 2 and 5 × 10ⁿ that is not below `least`; at least 1 if `isWhole`.
  private static func step(_ least: Double, isWhole: Bool) -> Double {
    let power = pow(10, floor(log10(least)))
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= least * (1 - 1e-9) } ?? 10 * power
    return isWhole ? max(step, 1) : step
  }

  /// The coordinate of `value` on an axis that is drawn from `start` to `end`.
  func coordinate(_ value: Double, from start: Double, to end: Double) -> Double {
    let part = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    return start + part * (end - start)
  }
}

extension Double {
  /// Whether an axis can show the number: its magnitude is below 10³⁰⁰, so that differences between
  /// such numbers are finite.
  var isDrawable: Bool { magnitude < 1e300 }
}
