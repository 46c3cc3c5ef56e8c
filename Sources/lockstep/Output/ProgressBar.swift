internal import Glibc
internal import Platform

/// One line on standard error that is drawn over itself ten times a second.
final class ProgressBar {
  /// What there is to show at one moment.
  struct Moment {
    /// The images that were worked on, and all that there are.
    var images: (done: Int, of: Int)
    /// What the line begins with.
    var head = ""
    /// How much of the bar is full, in 0…1.
    var part: Double
    /// Whether it is drawn whenever the last was.
    var isLast: Bool
    /// What stands behind the bar, given images per second and the time left: the whole, and what
    /// is left of it where columns are fewer and fewer.
    var tails: (_ rate: String, _ left: String) -> [[String]]
  }

  private var drawn: ContinuousClock.Instant?
  private var first: (instant: ContinuousClock.Instant, images: Int)?

  /// Redraws the line, if it is time to; the first moment only sets the clock.
  func update(_ moment: Moment) {
    let now = ContinuousClock.now
    let (done, all) = moment.images
    guard let first else { return first = (now, done) }
    if let drawn, now - drawn < .milliseconds(100), !moment.isLast { return }
    drawn = now
    let seconds = max((now - first.instant) / .seconds(1), 1e-9)
    let rate = Double(done - first.images) / seconds
    let left = Double(all - done) / max(rate, 1e-9)
    let tails = moment.tails("\(Int(rate).grouped) images/s", "\(Self.clock(left)) left")
    // Two columns are left to the ^C that a terminal writes behind the line.
    if let line = Self.line(moment, tails, width: Terminal.width - 2) {
      Terminal.error("\r\u{1b}[K\(line)")
    }
  }

  /// The line as it fits `width` columns without touching the last, which some terminals take for
  /// the beginning of the next line; nil below 38 columns.
  private static func line(_ moment: Moment, _ tails: [[String]], width: Int) -> String? {
    guard width >= 38 else { return nil }
    // All figures are worth more than a long bar, and more than any; a long bar more than some.
    let whole = tails.filter { $0.count > 3 }
    let some = tails.filter { $0.count == 3 }
    return withBar(of: 3, moment, whole, width) ?? withoutBar(moment, whole, width)
      ?? withBar(of: 8, moment, some, width) ?? withoutBar(moment, tails, width)
  }

  private static func withBar(
    of least: Int, _ moment: Moment, _ tails: [[String]], _ width: Int
  ) -> String? {
    for tail in tails {
      let line = tail.joined(separator: "  ")
      let room = width - 1 - moment.head.count - line.count - 1
      if room >= least { return moment.head + bar(moment.part, min(30, room)) + " " + line }
    }
    return nil
  }

  private static func withoutBar(
    _ moment: Moment, _ tails: [[String]], _ width: Int
  ) -> String? {
    tails.map { moment.head + $0.joined(separator: "  ") }.first { $0.count < width }
  }

  /// Wipes the line, for another to be written in its place.
  ///
  /// A launcher carries standard output and standard error one beside the other: each is left the
  /// time to arrive, the wiping before that line, and the line before the next moment is drawn.
  func clear() {
    guard drawn != nil else { return }
    Terminal.error("\r\u{1b}[K")
    if Launcher.isPresent { usleep(2000) }
    drawn = .now
  }

  private static func bar(_ part: Double, _ width: Int) -> String {
    let full = Int(part * Double(width))
    return String(repeating: "━", count: full) + String(repeating: "╌", count: width - full)
  }

  private static func clock(_ seconds: Double) -> String {
    let whole = Int(min(seconds, 359_999))
    let (minutes, rest) = (whole / 60 % 60, whole % 60)
    let tail =
      "\(minutes < 10 && whole >= 3600 ? "0" : "")\(minutes):\(rest < 10 ? "0" : "")\(rest)"
    return whole >= 3600 ? "\(whole / 3600):\(tail)" : tail
  }
}
