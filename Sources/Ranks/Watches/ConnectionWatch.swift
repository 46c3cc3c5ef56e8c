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
  /// Within how many seconds a job ends whose ranks do not find one another; 0 for never, which libraries
  /// begin with: a program that wants its process ended sets this, before the first watch begins and alike on
  /// all ranks.
  package static var limit: Double {
    get { seconds.withLock { $0 } }
    set { seconds.withLock { $0 = newValue } }
  }

  private static let seconds = Mutex(0.0)

  /// When what is done, in seconds after the beginning of a watch.
  private struct Schedule {
    /// Rank zero gives up. Other ranks wait longer: whoever waits for a rank that waits for another one tells
    /// less than rank zero, which knows all.
    let patience: Double

    /// For how long it is found out which hosts do not answer.
    let asking: Double

    /// How long a launcher has to end before it is killed.
    let grace: Double

    /// The last ten seconds of `limit`, or its second half, are for the end.
    init(limit: Double, rank: Int) {
      let ending = min(10, limit / 2)
      grace = ending / 2
      patience = limit - (rank == 0 ? ending : grace)
      asking = 0.6 * grace
    }
  }

  /// The ranks of the job from which there was no message yet.
  private let missing: Missing
  private let thread: WatchThread?

  private final class Missing: Sendable {
    let ranks = Mutex<[Int]>([])
  }

  /// Begins a watch in the process that has this `rank` in the job.
  package init(rank: Int) {
    let (missing, limit) = (Missing(), Self.limit)
    self.missing = missing
    guard limit > 0 else {
      thread = nil
      return
    }
    thread = WatchThread { bell in
      let schedule = Schedule(limit: limit, rank: rank)
      guard !bell.rings(within: schedule.patience) else { return }
      // MPI_Abort must not be called on this thread; a process that ends without it ends the job, too.
      StuckLauncher.end(in: schedule.grace)
      Logger.lockstep.tell(
        .error, Self.sentence(rank, missing.ranks.withLock { $0 }, schedule))
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

  /// Lets the ranks of `world` greet each other of which MPI's collectives make pairs: every rank rank zero,
  /// and those whose numbers are powers of two away, up or down and around the end.
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
  package consuming func end() { thread?.end() }
}

extension ConnectionWatch {
  /// What is told where the job's ranks `missing` have not answered this one.
  private static func sentence(
    _ rank: Int, _ missing: [Int], _ schedule: Schedule
  ) -> Sentence {
    let interfaces = NetworkInterface.all.map(\.description).joined(separator: ", ")
    let found = HostFindings.made(of: missing, within: schedule.asking)
    let what =
      missing.isEmpty
      ? "the ranks of this job have not all found one another"
      : "rank \(rank) has had no answer from \(found.names)"
    return
      "\(what) in \(NumberText.trimmed(schedule.patience, places: 1)) s"
      + "\(doubt(found))"
      + ": this host, \(HostName.own), has \(interfaces.isEmpty ? "no network" : interfaces); name the "
      + "network that leads to the others and open its ports, as cluster/README.md tells"
  }

  /// Which hosts may be the reason.
  private static func doubt(_ found: HostFindings) -> String {
    guard let silent = found.silent else {
      return found.others.isEmpty ? "" : "; the others are on \(Wording.hosts(found.others))"
    }
    return silent.isEmpty ? "" : "; no answer on the port of ssh from \(Wording.hosts(silent))"
  }
}
