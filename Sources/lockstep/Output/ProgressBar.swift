internal import Glibc
internal import Platform

/// A ``ProgressLine`` with a bar, a rate and the time left, drawn ten times a second.
final class ProgressBar {
  /// What there is to show at one moment.
  struct Moment {
    /// The number of images that are done, and the number of all images.
    var images: (done: Int, of: Int)
    /// The text before the bar.
    var head = ""
    /// How much of the bar is full, from 0 to 1.
    var part: Double
    /// Whether the moment is drawn even if a tenth of a second has not passed since the last one.
    var isLast: Bool
    /// Texts to choose from for what stands behind the bar, the longest first; each text is a list of
    /// figures. `rate` is images a second, `left` the time left.
    var tails: (_ rate: String, _ left: String) -> [[String]]
  }

  private var drawn: ContinuousClock.Instant?
  private var first: (instant: ContinuousClock.Instant, images: Int)?

  /// Redraws the line if that is due. The first moment is not drawn: rates are counted from it.
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
      ProgressLine.draw(line)
    }
  }

  /// The line, with the longest of the `tails` that fits; nil below 38 columns. The last of the `width`
  /// columns stays empty: after it some terminals begin the next line.
  private static func line(_ moment: Moment, _ tails: [[String]], width: Int) -> String? {
    guard width >= 38 else { return nil }
    // In this order: four figures or more and a bar, however short; the same without a bar; three
    // figures and a longer bar; any figures without a bar.
    let whole = tails.filter { $0.count > 3 }
    let some = tails.filter { $0.count == 3 }
    return withBar(moment, whole, least: 3, width: width)
      ?? withoutBar(moment, whole, width: width)
      ?? withBar(moment, some, least: 8, width: width)
      ?? withoutBar(moment, tails, width: width)
  }

  /// The line with the first of the `tails` that leaves at least `least` columns for a bar; nil where none
  /// does.
  private static func withBar(
    _ moment: Moment, _ tails: [[String]], least: Int, width: Int
  ) -> String? {
    for tail in tails {
      let line = tail.joined(separator: "  ")
      let room = width - 1 - moment.head.count - line.count - 1
      if room >= least {
        return moment.head + ProgressLine.bar(moment.part, width: min(30, room)) + " " + line
      }
    }
    return nil
  }

  /// The line without a bar, with the first of the `tails` that fits; nil where none does.
  private static func withoutBar(
    _ moment: Moment, _ tails: [[String]], width: Int
  ) -> String? {
    tails.map { moment.head + $0.joined(separator: "  ") }.first { $0.count < width }
  }

  /// Wipes the line, so that a line of another kind can be written there.
  ///
  /// A launcher reads standard output and standard error in no fixed order. A pause gives the wiping
  /// time to arrive before that other line; and the bar is drawn again a tenth of a second later at the
  /// earliest.
  func clear() {
    guard drawn != nil else { return }
    ProgressLine.wipe()
    if Launcher.isPresent { usleep(2000) }
    drawn = .now
  }

  private static func clock(_ seconds: Double) -> String {
    let whole = Int(min(seconds, 359_999))
    let (minutes, rest) = (whole / 60 % 60, whole % 60)
    let tail =
      "\(minutes < 10 && whole >= 3600 ? "0" : "")\(minutes):\(rest < 10 ? "0" : "")\(rest)"
    return whole >= 3600 ? "\(whole / 3600):\(tail)" : tail
  }
}
