internal import Engine

/// The time that training on part of an epoch takes.
struct Stopwatch {
  private let offset: Int
  private let start = ContinuousClock.now
  private let startTimes: StageTimes
  private(set) var seconds = 0.0
  private(set) var images = 0

  /// Where this rank's time in steps went.
  private(set) var passed = StageTimes()

  /// The share of it that this rank waited for others, 0 to 1: see ``StageTimes/waited``.
  var waiting: Double { passed.total > 0 ? passed.waited / passed.total : 0 }

  /// Images trained on each second.
  var imagesPerSecond: Double { Double(images) / seconds }

  /// Starts at `offset` images into the epoch.
  init(from offset: Int, _ times: StageTimes) {
    self.offset = offset
    startTimes = times
  }

  /// Stops at `offset` images into the epoch.
  mutating func stop(at offset: Int, _ times: StageTimes) {
    seconds = (ContinuousClock.now - start) / .seconds(1)
    images = offset - self.offset
    passed = times - startTimes
  }
}
