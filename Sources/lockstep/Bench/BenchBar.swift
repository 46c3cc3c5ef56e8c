internal import Benchmarks

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
