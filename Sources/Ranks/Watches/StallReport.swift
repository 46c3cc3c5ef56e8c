internal import Platform

/// What the ranks of a node do while none of them gets on.
struct StallReport {
  /// What is known of a rank.
  struct Stand {
    /// The rank in the job.
    let rank: Int
    /// The process.
    let process: Int32
    let stage: RankActivity.Stage
    /// For how many seconds the rank has not got on.
    let seconds: Double
    /// What the system tells of the process; nil where it tells nothing.
    let state: SystemProcess.State?
    /// One of the ranks whose messages are missing, and how many others there are; nil where that is not
    /// known.
    let missing: (rank: Int, others: Int)?

    /// Whether the rank holds up others, as far as can be told.
    var isBehind: Bool {
      switch state {
      case .stopped, .traced, .ended: true
      case .running, .asleep, .inDevice, nil:
        switch stage {
        case .waitingForNode, .waitingForMessages, .waitingForAll: false
        case .preparing, .computing, .evaluating, .saving, .reporting: true
        }
      }
    }
  }

  let host: String
  /// The number of the step under way; 0 before the first.
  let step: Int
  let stands: [Stand]
  /// The name of each rank's host.
  let hosts: [String]
  /// The hosts that do not answer on the port of ssh; nil where that was not found out.
  var silent: [String]? = []
  /// The addresses from which nothing that this process has sent is acknowledged.
  var unanswered: [String] = []

  /// Whether some rank of the node is behind.
  var hasCulprit: Bool { stands.contains(where: \.isBehind) }

  /// The hosts for whose ranks those of this node wait; all others where that is not known.
  private var awaited: [String] {
    let known = stands.compactMap { $0.missing.map { hosts[$0.rank] } }
    let waits = stands.contains { $0.stage == .waitingForMessages || $0.stage == .waitingForAll }
    guard waits, !hasCulprit else { return [] }
    var names: [String] = []
    for name in known.isEmpty ? hosts : known where name != host && !names.contains(name) {
      names.append(name)
    }
    return names
  }

  /// What is told once no rank has got on for so many seconds; `isEnd` is whether the job ends.
  func sentence(after seconds: Double, isEnd: Bool = false) -> Sentence {
    var kinds: [(text: String, ranks: [Int])] = []
    for stand in stands.filter(\.isBehind) + stands.filter({ !$0.isBehind }) {
      let text = words(of: stand)
      if let index = kinds.firstIndex(where: { $0.text == text }) {
        kinds[index].ranks.append(stand.rank)
      } else {
        kinds.append((text, [stand.rank]))
      }
    }
    let ranks = kinds.map { "\(Wording.list("rank", $0.ranks)): \($0.text)" }
    let time = NumberText.trimmed(seconds, places: 0)
    let start = step == 0 ? "before the first step" : "in step \(step)"
    let parts = ["no progress on \(host) for \(time) s, \(start)"] + ranks + links
    let text = parts.joined(separator: "; ")
    return isEnd ? "\(text); the job ends, as \(setting: .stallAbort) asks for" : "\(text)"
  }

  /// What a rank does.
  private func words(of stand: Stand) -> String {
    let stage = words(of: stand.stage, stand.missing)
    switch stand.state {
    case .stopped:
      return "stopped by a signal, which kill -CONT \(stand.process) there undoes, while \(stage)"
    case .traced: return "stopped by a debugger while \(stage)"
    case .ended: return "ended while \(stage)"
    case .inDevice: return "waiting for a disk or another device while \(stage)"
    // Of a checkpoint, another thread writes.
    case .running where stand.isBehind && stand.stage != .saving:
      return "busy all the time, \(stage)"
    case .asleep where stand.isBehind && stand.stage != .saving: return "asleep while \(stage)"
    case .running, .asleep, nil: return stage
    }
  }

  private func words(of stage: RankActivity.Stage, _ missing: (rank: Int, others: Int)?) -> String {
    switch stage {
    case .preparing: return "getting ready"
    case .computing: return "computing"
    case .waitingForNode: return "waiting for this host's other ranks"
    case .waitingForMessages:
      guard let missing else { return "waiting for messages of other hosts' ranks" }
      let others = missing.others > 0 ? " and \(Wording.count(missing.others, "other"))" : ""
      return "waiting for rank \(missing.rank) on \(hosts[missing.rank])\(others)"
    case .waitingForAll: return "waiting for all ranks"
    case .evaluating: return "evaluating"
    case .saving: return "writing a checkpoint"
    case .reporting: return "writing the report"
    }
  }

  /// What is known of the hosts that the node waits for, and of the way to them.
  private var links: [String] {
    let awaited = awaited
    guard !awaited.isEmpty else { return [] }
    var links: [String] = []
    if let silent = silent?.filter(awaited.contains) {
      links.append(
        silent.isEmpty
          ? "\(Wording.hosts(awaited)) can be reached"
          : "no answer on the port of ssh from \(Wording.hosts(silent))")
    }
    if !unanswered.isEmpty {
      links.append("what this host sends to \(Wording.hosts(unanswered)) is not acknowledged")
    }
    return links
  }
}

extension StallReport {
  /// What can be found out at `site`, whose ranks have not got on for so many `seconds`, within a few
  /// seconds.
  init(_ site: StallSite, seconds: [Double]) {
    stands = site.lines.enumerated().compactMap { place, line in
      let rank = site.rank(place)
      guard rank >= 0 else { return nil }
      // In another container the same number may be another process.
      let process = Int32(truncatingIfNeeded: line[.process])
      let status = SystemProcess(process).flatMap { $0.start == line[.start] ? $0 : nil }
      let missing = line[.missing]
      return Stand(
        rank: rank, process: process, stage: .init(rawValue: line[.stage]) ?? .preparing,
        seconds: seconds[place], state: status?.state,
        missing: missing > 0 ? (missing - 1, line[.others]) : nil)
    }
    host = HostName.own
    hosts = site.hosts
    step = site.lines.map { $0[.step] }.max() ?? 0
    let awaited = awaited
    guard !awaited.isEmpty else { return }
    unanswered = UnansweredPeers.addresses
    silent = HostReach.ask(Array(awaited.prefix(16)), within: 3)?.silent
  }
}
