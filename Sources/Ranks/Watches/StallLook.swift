internal import Platform

/// What one rank's watch has seen so far: see ``StallWatch``.
struct StallLook {
  private let site: StallSite
  private let limits: StallWatch.Limits

  /// For each rank of the node: how often it had got on when it was last looked at, and for how many seconds
  /// it has not since.
  private var seen: [(advances: Int, seconds: Double)]

  /// For each rank of the node: the last beat of its watch, and for how many looks there was no other.
  private var beats: [(number: Int, looks: Int)]

  /// After how many seconds without progress the next warning is due.
  private var next: Double

  /// Whether this rank has warned, and not yet told that the node gets on.
  private var hasWarned = false

  init(_ site: StallSite, _ limits: StallWatch.Limits) {
    (self.site, self.limits) = (site, limits)
    seen = site.lines.map { ($0[.advances], 0) }
    beats = site.lines.map { ($0[.beat], 0) }
    next = limits.warning
  }

  /// The seconds for which no rank of the node has got on.
  private var standing: Double { seen.map(\.seconds).min() ?? 0 }

  /// Whether no lower rank's watch looks any more.
  private var isSpeaker: Bool { beats[..<site.place].allSatisfy { $0.looks > 3 } }

  /// What a look has found.
  enum Finding {
    /// To be told.
    case warning(Sentence), notice(Sentence)
    /// The job is to end, which this rank tells where there is a sentence.
    case end(Sentence?)
  }

  /// Looks at all ranks of the node, `passed` seconds after the last time. In `gap` more seconds this process
  /// could not look.
  mutating func look(passed: Double, gap: Double = 0) -> [Finding] {
    site.lines[site.place][.beat] &+= 1
    let stood = standing
    // Whatever keeps one rank's watch from looking may keep them all.
    let othersRan = site.lines.enumerated().contains { place, line in
      place != site.place && line[.beat] &- beats[place].number > 1
    }
    for (place, line) in site.lines.enumerated() {
      let (advances, beat) = (line[.advances], line[.beat])
      seen[place] =
        advances == seen[place].advances ? (advances, seen[place].seconds + passed) : (advances, 0)
      beats[place] = beat == beats[place].number ? (beat, beats[place].looks + 1) : (beat, 0)
    }
    // The main thread answers if it waits for messages.
    if seen[site.place].seconds > 2 * passed { site.lines[site.place][.isAsked] = 1 }
    let end = standing < stood ? findEnd(stood) : nil
    let own = othersRan || site.place == 0 ? findGap(gap) : nil
    // What it saw before is no longer so.
    if gap > 2 * passed + 1 { for place in seen.indices { seen[place].seconds = 0 } }
    return [own, end, findStall()].compactMap(\.self)
  }

  /// After how many seconds without progress the job ends: before the first step nodes read, and wait for one
  /// another, for minutes where images are many or far away.
  private var abort: Double {
    site.lines.allSatisfy { $0[.step] == 0 } ? 10 * limits.abort : limits.abort
  }

  /// What there is to tell or do where no rank of the node gets on.
  private mutating func findStall() -> Finding? {
    let mustEnd = limits.abort > 0 && standing >= abort
    let isWarned = limits.warning > 0 && standing >= next
    guard mustEnd || isWarned else { return nil }
    if isWarned { next = max(2 * next, standing) }
    guard isSpeaker else { return mustEnd ? .end(nil) : nil }
    let report = StallReport(site, seconds: seen.map(\.seconds))
    let speaks = report.hasCulprit || site.speaksAnyway
    if mustEnd { return .end(speaks ? report.sentence(after: standing, isEnd: true) : nil) }
    guard speaks else { return nil }
    hasWarned = true
    return .warning(report.sentence(after: standing))
  }

  /// That the node gets on, where this rank has said that it does not.
  private mutating func findEnd(_ stood: Double) -> Finding? {
    next = limits.warning
    guard hasWarned else { return nil }
    hasWarned = false
    return .notice(
      "\(HostName.own) gets on again after \(NumberText.trimmed(stood, places: 0)) s")
  }

  /// That this process did not run, where that has taken long: where none of the node did, the first tells
  /// it.
  private func findGap(_ gap: Double) -> Finding? {
    guard limits.warning > 0, gap >= limits.warning else { return nil }
    let seconds = NumberText.trimmed(gap, places: 0)
    return .warning(
      "rank \(site.rank(site.place)) on \(HostName.own) did not run for \(seconds) s: it was stopped, or the "
        + "machine asleep")
  }
}
