internal import Benchmarks

/// A line on standard error, a terminal, that is drawn again and again in one place, and its bar.
enum ProgressLine {
  /// Replaces what the line shows by `text`, which must be shorter than the terminal is wide.
  static func draw(_ text: String) { Terminal.error("\(wiped)\(text)") }

  /// Leaves the line empty, its cursor at the beginning.
  static func wipe() { Terminal.error(wiped) }

  /// A bar of `width` columns; `part`, from 0 to 1, tells how much of the bar is full.
  static func bar(_ part: Double, width: Int) -> String {
    let full = Int(part * Double(width))
    return String(repeating: "━", count: full) + String(repeating: "╌", count: width - full)
  }

  /// Moves the cursor to the line's beginning, and erases all behind the cursor.
  private static let wiped = "\r\u{1b}[K"
}

/// Shows a person which measurement of `lockstep bench` is under way: one line on standard error;
/// nothing where that is no terminal.
struct BenchBar: BenchObserver {
  private let start = ContinuousClock.now
  private let isOn = Terminal.isInteractive

  func measurementBegins(_ name: String, done: Int, of count: Int) {
    guard isOn else { return }
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    let left = done > 0 && done < count ? elapsed / Double(done) * Double(count - done) : nil
    let time = left.map { "  \(Int($0.rounded(.up))) s left" } ?? ""
    let bar = ProgressLine.bar(Double(min(done, count)) / Double(max(1, count)), width: 16)
    ProgressLine.draw(String("\(bar) \(name)\(time)".prefix(Terminal.width - 1)))
  }

  func measurementsEnd() { if isOn { ProgressLine.wipe() } }
}
