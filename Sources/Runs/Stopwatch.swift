internal import Engine

/// How long training on a part of an epoch took, and how much of that time this rank waited.
struct Stopwatch {
  private let offset: Int
  private let start = ContinuousClock.now
  private let startTimes: StageTimes
  /// The seconds between start and stop, or those of another rank's watch over the same part; 0 before the
  /// stop.
  var seconds = 0.0

  /// The images that were trained on between start and stop; 0 before the stop.
  private(set) var images = 0

  /// The time of each stage of this rank's steps between start and stop.
  private(set) var passed = StageTimes()

  /// The share of the steps' time that this rank waited, 0 to 1: see ``StageTimes/waited``.
  var waiting: Double { passed.total > 0 ? passed.waited / passed.total : 0 }

  /// The images that were trained on each second; of use after the stop only.
  var imagesPerSecond: Double { Double(images) / seconds }

  /// Starts at `offset` images into the epoch, with `times` as the stages' times so far.
  init(from offset: Int, _ times: StageTimes) {
    self.offset = offset
    startTimes = times
  }

  /// Stops at `offset` images into the epoch, with `times` as the stages' times so far.
  mutating func stop(at offset: Int, _ times: StageTimes) {
    seconds = (ContinuousClock.now - start) / .seconds(1)
    images = offset - self.offset
    passed = times - startTimes
  }
}
