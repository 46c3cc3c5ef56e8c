/// Receives the progress of a benchmark.
package protocol BenchObserver {
  /// The measurement called `name` begins. `done` measurements have ended before. `count` is the number
  /// of all measurements as far as that is known, so `done` may exceed `count`.
  func measurementBegins(_ name: String, done: Int, of count: Int)

  /// No other measurement begins: all have ended, or one has failed.
  func measurementsEnd()
}

/// Counts a benchmark's measurements and tells the observer of each measurement.
final class BenchProgress {
  private let count: Int
  private var done = 0
  private let observer: any BenchObserver

  /// Progress over `count` measurements, and over further ones, if their number is not known before.
  init(count: Int, _ observer: any BenchObserver) {
    self.count = count
    self.observer = observer
  }

  /// Takes the measurement called `name`: calls `work`.
  func step(_ name: String, _ work: () throws -> Void) rethrows {
    observer.measurementBegins(name, done: done, of: count)
    defer { done += 1 }
    try work()
  }

  /// Tells the observer that no other measurement begins.
  func end() { observer.measurementsEnd() }
}
