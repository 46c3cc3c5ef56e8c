internal import CPMIx
internal import Glibc
internal import Platform
internal import Synchronization

/// What the launcher and the network tell of the hosts of a job.
struct HostFindings {
  /// The ranks that were asked for, with the names of their hosts as far as the launcher tells them: as in
  /// "rank 2 on left, rank 3 on right".
  private(set) var names: String

  /// The job's other hosts, each once, as far as the launcher tells them.
  private(set) var others: [String] = []

  /// Those of ``others`` that do not answer: see ``HostReach``; nil where that was not found out in time.
  private(set) var silent: [String]?

  /// What is found of `ranks` within so many seconds.
  ///
  /// A thread of its own asks, and is left to itself where it takes longer: neither the launcher nor a name
  /// service need ever answer where a network is cut.
  static func made(of ranks: [Int], within seconds: Double) -> HostFindings {
    final class Board: Sendable {
      let found: Mutex<HostFindings>
      let isDone = Atomic(false)
      init(_ found: HostFindings) { self.found = Mutex(found) }
    }
    let board = Board(HostFindings(names: list(ranks) { _ in nil }))
    Platform.Thread {
      let (names, others) = (list(ranks, host(ofRank:)), otherHosts)
      board.found.withLock { ($0.names, $0.others) = (names, others) }
      let silent = HostReach.ask(others, within: 0.8 * seconds)?.silent
      board.found.withLock { $0.silent = silent }
      board.isDone.store(true, ordering: .releasing)
    }?.detach()
    let deadline = ContinuousClock.now + .seconds(seconds)
    while !board.isDone.load(ordering: .acquiring), ContinuousClock.now < deadline {
      usleep(10_000)
    }
    return board.found.withLock { $0 }
  }

  /// The ranks with the names of their hosts.
  private static func list(_ ranks: [Int], _ host: (Int) -> String?) -> String {
    let most = 8
    let names = ranks.prefix(most).map { rank in
      "rank \(rank)" + (host(rank).map { " on \($0)" } ?? "")
    }
    let rest = ranks.count > most ? " and \(ranks.count - most) others" : ""
    return names.joined(separator: ", ") + rest
  }

  /// See ``others``.
  private static var otherHosts: [String] {
    let size = LaunchedProcesses.ofLauncher ?? 0
    var hosts: [String] = []
    for rank in 0..<size {
      guard let host = host(ofRank: rank) else { break }
      if host != HostName.own, hosts.last != host, !hosts.contains(host) { hosts.append(host) }
    }
    return hosts
  }

  /// The name of the host of a rank of the job, as the launcher knows it; nil where it does not tell.
  private static func host(ofRank rank: Int) -> String? {
    guard let job = getenv("PMIX_NAMESPACE") else { return nil }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { name in
      guard CPMIx_host(job, UInt32(rank), name.baseAddress, name.count) else { return nil }
      return String(cString: name.baseAddress!)
    }
  }
}
