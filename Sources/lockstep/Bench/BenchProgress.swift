/// One line on standard error that tells what is being measured; silent where nobody watches.
final class BenchProgress {
  private let count: Int
  private var done = 0
  private let start = ContinuousClock.now
  private let isOn = Terminal.isInteractive

  /// Progress over `count` measurements, and some more for which there is no telling.
  init(count: Int) { self.count = count }

  /// Tells what `work` is about, while it is done.
  func step(_ what: String, _ work: () throws -> Void) rethrows {
    show(what)
    defer { done += 1 }
    try work()
  }

  /// Wipes the line.
  func clear() { if isOn { Terminal.error("\r\u{1b}[K") } }

  private func show(_ what: String) {
    guard isOn else { return }
    let elapsed = (ContinuousClock.now - start) / .seconds(1)
    let left = done > 0 && done < count ? elapsed / Double(done) * Double(count - done) : nil
    let time = left.map { "  \(Int($0.rounded(.up))) s left" } ?? ""
    let bar = Self.bar(Double(min(done, count)) / Double(max(1, count)))
    Terminal.error("\r\u{1b}[K\(bar) \(what)\(time)".prefixed(toColumns: Terminal.width - 1))
  }

  private static func bar(_ part: Double) -> String {
    let full = Int(part * 16)
    return String(repeating: "━", count: full) + String(repeating: "╌", count: 16 - full)
  }
}

extension String {
  /// The text cut to `columns` columns, after the four characters that wipe a line.
  fileprivate func prefixed(toColumns columns: Int) -> String { String(prefix(columns + 4)) }
}
