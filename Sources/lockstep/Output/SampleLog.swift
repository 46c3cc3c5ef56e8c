internal import Platform

/// Tells how many images `lockstep sample` has written: on a terminal a progress bar on standard
/// error, and at the end a line on standard output. Used on rank zero alone.
final class SampleLog {
  private let bar: ProgressBar?
  private let count: Int
  private let start = ContinuousClock.now

  /// Begins, with `count` images to write.
  init(_ count: Int, _ bar: ProgressBar?) {
    self.count = count
    self.bar = bar
    update(0)
  }

  /// Notes that `done` images have been written.
  func update(_ done: Int) { bar?.update(done, of: count) }

  /// Wipes the bar, so that the last line, or the sentence about a failure, can take its place.
  func clear() { bar?.clear() }

  private struct End: Encodable {
    let kind = "end"
    let images: Int
    let seconds: Double
  }

  /// Tells the end, once all images are on the disk.
  func end() {
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let rate = Int((Double(count) / max(seconds, 1e-9)).rounded())
    guard LogFormat.current == .text else {
      return Terminal.line(JSONLine(End(images: count, seconds: seconds)).text)
    }
    Terminal.line(
      "\(count.grouped) \(count == 1 ? "image" : "images") in \(seconds.twoDecimals) s: "
        + "\(rate.grouped) images/s")
  }
}

extension ProgressBar {
  /// Redraws the line, if that is due, for `done` images of `count`.
  func update(_ done: Int, of count: Int) {
    let images = "\(done.grouped) of \(count.grouped) images"
    update(
      Moment(
        images: (done, count), part: Double(done) / Double(count), isLast: done == count,
        tails: { rate, left in [[images, rate, left], [images, left], [left]] }))
  }
}
