internal import Training

/// One line on standard error that is drawn over itself ten times a second.
final class ProgressBar {
  private var drawn: ContinuousClock.Instant?
  private var first: (instant: ContinuousClock.Instant, images: Int)?

  /// Redraws the line, if it is time to.
  func update(_ event: StepEvent) {
    let now = ContinuousClock.now
    let images = (event.epoch - 1) * event.imageCount + event.offset
    guard let first else { return first = (now, images) }
    if let drawn, now - drawn < .milliseconds(100), event.offset < event.imageCount { return }
    drawn = now
    let seconds = max((now - first.instant) / .seconds(1), 1e-9)
    let rate = Double(images - first.images) / seconds
    let left = (Double(event.epochs) * Double(event.imageCount) - Double(images)) / max(rate, 1e-9)
    if let line = Self.line(event, Int(rate), Self.clock(left), width: Terminal.width) {
      Terminal.error("\r\u{1b}[K\(line)")
    }
  }

  /// The line as it fits `width` columns without touching the last, which some terminals take for
  /// the beginning of the next line; nil below 40 columns.
  private static func line(
    _ event: StepEvent, _ rate: Int, _ left: String, width: Int
  ) -> String? {
    guard width >= 40 else { return nil }
    let head = "epoch \(event.epoch)/\(event.epochs) "
    let loss = "loss \(event.loss.total.twoDecimals)"
    let step = "step \(event.step)"
    let tail = "\(step)  \(loss)  \(rate.grouped) images/s  \(left) left"
    let room = width - 1 - head.count - tail.count - 1
    if room >= 4 {
      return head + bar(Double(event.offset) / Double(event.imageCount), min(30, room)) + " " + tail
    }
    return [tail, "\(step)  \(loss)  \(left) left", "\(loss)  \(left) left", loss]
      .map { head + $0 }.first { $0.count < width }
  }

  /// Wipes the line, for another to be written in its place.
  func clear() {
    if drawn != nil { Terminal.error("\r\u{1b}[K") }
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
