internal import CPMIx
internal import Glibc
internal import Kernels
internal import Logging
package import MPI
internal import Platform
internal import Synchronization

/// Ends a job whose ranks do not find one another: MPI itself would wait for ever, and say nothing.
///
/// While a watch is on, a thread of its own waits beside the main thread, which may be within a call of MPI
/// that does not return. Rank zero tells what is missing; other ranks give it a moment to do so.
package struct ConnectionWatch: ~Copyable {
  /// Within how many seconds a job ends whose ranks do not find one another; 0 for never, which libraries begin
  /// with: a program that wants its process ended sets this, before the first watch begins and alike on all
  /// ranks.
  package static var limit: Double {
    get { seconds.withLock { $0 } }
    set { seconds.withLock { $0 = newValue } }
  }

  private static let seconds = Mutex(0.0)

  /// So many seconds of the limit, at most half of it, are for the end: for finding out which hosts are silent,
  /// and for the launcher, which is killed where it waits for them.
  private static let ending = 10.0

  /// The ranks of the job from which there was no message yet.
  private let missing: Missing
  private let thread: Platform.Thread?

  /// A pipe; the watch ends when its writing end is closed.
  private let pipe: (reading: Int32, writing: Int32)

  private final class Missing: Sendable {
    let ranks = Mutex<[Int]>([])
  }

  /// Begins a watch in the process that has this `rank` in the job.
  package init(rank: Int) {
    let (missing, limit) = (Missing(), Self.limit)
    self.missing = missing
    var ends: [Int32] = [-1, -1]
    guard limit > 0, Glibc.pipe(&ends) == 0 else {
      (pipe, thread) = ((-1, -1), nil)
      return
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let reading = ends[0]
    pipe = (ends[0], ends[1])
    thread = Platform.Thread {
      // Whoever waits for a rank that waits for another one tells less than rank zero, which knows all.
      let patience = limit - min(Self.ending, limit / 2) + (rank == 0 ? 0 : Self.ending)
      guard !Self.isClosed(reading, within: patience) else { return }
      // Should the launcher's daemon not answer when it is asked for names, this ends the process.
      signal(SIGALRM, SIG_DFL)
      alarm(20)
      Logger.lockstep.tell(.error, Self.sentence(rank, missing.ranks.withLock { $0 }, patience))
      // MPI_Abort must not be called on this thread; a process that ends without it ends the job, too.
      StuckLauncher.endSoon()
      fflush(nil)
      _exit(ExitCode.mpi.rawValue)
    }
  }

  /// Greets the ranks `peers` of `communicator`, each of which must greet this rank; returns when all have.
  /// `places` are the ranks of `peers` in the job.
  package func meet(
    _ peers: [Int], of communicator: borrowing Communicator, places: [Int]
  ) throws(MPIError) {
    missing.ranks.withLock { $0 = places }
    let (rank, size) = (communicator.rank, communicator.size)
    var messages = communicator.persistentMessages()
    // A group has one partner, and on both sides the same number: the sum of their ranks, modulo the size.
    let greetings = Buffer<Float>(repeating: 0, count: 1 + size)
    for number in 0..<size {
      _ = messages.addGroup()
      let peer = (number - rank + size) % size
      guard peers.contains(peer) else { continue }
      try greetings.vector[1 + number..<2 + number].withMutableSpan { greeting throws(MPIError) in
        try messages.addReceive(into: &greeting, from: peer)
      }
      try greetings.vector[0..<1].withMutableSpan { greeting throws(MPIError) in
        try messages.addSend(greeting.span, to: peer)
      }
    }
    for number in 0..<size { try messages.start(number) }
    var left = Array(zip(peers, places))
    while !left.isEmpty {
      var absent: [(Int, Int)] = []
      for (peer, place) in left where try !messages.test((peer + rank) % size) {
        absent.append((peer, place))
      }
      if absent.count < left.count { missing.ranks.withLock { $0 = absent.map(\.1) } }
      left = absent
      sched_yield()
    }
    try messages.free()
    withExtendedLifetime(greetings) {}
  }

  /// Lets the ranks of `world` greet each other of which MPI's collectives make pairs: every rank rank zero, and
  /// those whose numbers are powers of two away, up or down and around the end.
  package func meetFirst(of world: borrowing Communicator) throws(MPIError) {
    let (rank, size) = (world.rank, world.size)
    var peers: Set<Int> = rank == 0 ? Set(0..<size) : [0]
    var distance = 1
    while distance < size {
      peers.formUnion([(rank + distance) % size, (rank + size - distance) % size])
      distance *= 2
    }
    let others = peers.subtracting([rank]).sorted()
    try meet(others, of: world, places: others)
  }

  /// Does `work` with a watch that ends with it.
  package static func during<Result>(
    rank: Int, _ work: (borrowing ConnectionWatch) throws -> Result
  ) throws -> Result {
    let watch = ConnectionWatch(rank: rank)
    do {
      let result = try work(watch)
      watch.end()
      return result
    } catch {
      watch.end()
      throw error
    }
  }

  /// Ends the watch.
  package consuming func end() {
    if pipe.writing >= 0 { close(pipe.writing) }
    thread?.join()
    if pipe.reading >= 0 { close(pipe.reading) }
  }

  /// Waits until the other end of a pipe is closed, at most so many seconds; whether it is. Time in which this
  /// process was stopped, as batch systems do, does not count.
  private static func isClosed(_ end: Int32, within seconds: Double) -> Bool {
    var left = seconds
    while left > 0 {
      let (slice, start) = (min(left, 1), ContinuousClock.now)
      var question = pollfd(fd: end, events: Int16(POLLIN), revents: 0)
      if poll(&question, 1, Int32(1000 * slice) + 1) > 0 { return true }
      left -= min(slice, (ContinuousClock.now - start) / .seconds(1))
    }
    return false
  }
}

extension ConnectionWatch {
  /// What is told where the job's ranks `missing` have not answered this one in so many `seconds`.
  private static func sentence(_ rank: Int, _ missing: [Int], _ seconds: Double) -> Sentence {
    let interfaces = NetworkInterface.all.map(\.description).joined(separator: ", ")
    let what =
      missing.isEmpty
      ? "the ranks of this job have not all found one another"
      : "rank \(rank) has had no answer from \(names(missing))"
    let silent = HostReach.silent(otherHosts, within: 3)
    return
      "\(what) in \(NumberText.trimmed(seconds, places: 1)) s"
      + (silent.isEmpty ? "" : "; no connection at all to \(Wording.hosts(silent))")
      + ": this host, \(HostName.own), has \(interfaces.isEmpty ? "no network" : interfaces); name the "
      + "network that leads to the others and open its ports, as cluster/README.md tells"
  }

  /// The names of the job's other hosts, each once, as far as the launcher tells.
  private static var otherHosts: [String] {
    let size = LaunchedProcesses.ofLauncher ?? 0
    var hosts: [String] = []
    for rank in 0..<size {
      guard let host = host(ofRank: rank) else { break }
      if host != HostName.own, hosts.last != host, !hosts.contains(host) { hosts.append(host) }
    }
    return hosts
  }

  /// The ranks with the names of their hosts, as in "rank 2 on left, rank 3 on right".
  private static func names(_ ranks: [Int]) -> String {
    let most = 8
    let names = ranks.prefix(most).map { rank in
      "rank \(rank)" + (host(ofRank: rank).map { " on \($0)" } ?? "")
    }
    let rest = ranks.count > most ? " and \(ranks.count - most) others" : ""
    return names.joined(separator: ", ") + rest
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
