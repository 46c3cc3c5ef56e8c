internal import Glibc
internal import Kernels
internal import Logging
package import MPI
internal import Platform

/// Tells of ranks that stand still, and may end their job: a rank that is stopped, asleep in a file server's
/// disk or cut off lets all others wait for ever, and MPI says nothing.
///
/// Every rank has a thread that looks, once a second, at what the ranks of its node do (``RankActivity``); it
/// never calls MPI. The lowest rank of a node that still looks speaks for the node. Each node tells what it
/// knows: which of its ranks stand still in what, and whose messages the others miss.
package struct StallWatch: ~Copyable {
  /// After how many seconds without any progress on a node what is done; 0 for never.
  package struct Limits: Equatable, Codable, Sendable {
    /// A warning names the ranks that stand still, and another when twice that time has passed, and so on.
    package var warning: Double
    /// The job ends; before the first step after ten times as many.
    package var abort: Double

    /// Limits in seconds, none by default.
    package init(warning: Double = 0, abort: Double = 0) {
      (self.warning, self.abort) = (warning, abort)
    }
  }

  // Before the memory that it reads: fields are destroyed in this order where a run fails.
  private let thread: WatchThread?
  private let board: SharedMemory<UInt8>

  /// Begins to watch the ranks of `world`; collective over it, with the same `limits` on all ranks.
  ///
  /// - Throws: on all ranks, `SharedFailure` with `unavailable` where a node has no room for shared memory.
  package init(_ limits: Limits, among world: borrowing Communicator) throws {
    let node = try world.splitShared(key: world.rank)
    let first = Int(try node.broadcast(Int64(world.rank), from: 0))
    let firsts = Set(try world.allGather(Int64(first))).sorted()
    let bytes = RankActivity.count * MemoryLayout<Int>.stride
    let board = try SharedMemory<UInt8>(count: bytes * node.size, on: node, among: world)
    // A window that is not freed, as where a run fails, stays until the process ends; a buffer would not.
    let lines = node.size > 1 ? board.bytes.activities(node.size) : [RankActivity.unread]
    let hosts = try world.hostOfEachRank()
    let own = lines[node.rank]
    own[.process] = Int(getpid())
    own[.start] = SystemProcess(getpid())?.start ?? 0
    own[.rank] = world.rank + 1
    own[.step] = 0
    RankActivity.own = own
    own.begin(.preparing)
    let site = StallSite(
      lines: lines, place: node.rank, hosts: hosts,
      speaksAnyway: firsts.prefix(2).contains(Int64(first)))
    try node.free()
    self.board = board
    // A process that is alone waits for nobody.
    EndWatch.prepare(world.size > 1 ? limits : Limits(), rank: world.rank, speaks: site.place == 0)
    guard limits.warning > 0 || limits.abort > 0 else {
      thread = nil
      return
    }
    thread = WatchThread { bell in
      var look = StallLook(site, limits)
      let pause = [1, limits.warning / 4, limits.abort / 4].filter { $0 > 0 }.min()!
      while true {
        let start = ContinuousClock.now
        if bell.rings(within: pause) { return }
        let gap = (ContinuousClock.now - start) / .seconds(1) - pause
        for finding in look.look(passed: pause, gap: gap) { Self.act(on: finding) }
      }
    }
  }

  private static func act(on finding: StallLook.Finding) {
    switch finding {
    case .warning(let sentence): Logger.lockstep.tell(.warning, sentence)
    case .notice(let sentence): Logger.lockstep.tell(.notice, sentence)
    case .end(let sentence):
      // MPI_Abort must not be called on this thread; a process that ends without it ends the job, too.
      let grace = 5.0
      StuckLauncher.end(in: grace)
      if let sentence {
        Logger.lockstep.tell(.error, sentence)
      } else {
        // Another rank speaks, and may take a moment to ask other hosts.
        sleep(UInt32(grace))
      }
      fflush(nil)
      _exit(ExitCode.mpi.rawValue)
    }
  }

  /// Ends the watch, and lets ``EndWatch`` begin; collective over the ranks that it watches.
  package consuming func end() throws {
    thread?.end()
    EndWatch.begin()
    RankActivity.own = .unread
    try board.free()
  }
}

/// What a watch looks at.
struct StallSite: @unchecked Sendable {
  // Sound: the words are atomic, and outlive the watch.
  /// What the ranks of this node do.
  let lines: [RankActivity]
  /// The number of this rank on its node.
  let place: Int
  /// The name of each rank's host.
  let hosts: [String]
  /// Whether this node tells what it knows although none of its ranks is behind: of many nodes that wait for
  /// another, two are enough.
  let speaksAnyway: Bool

  /// The rank in the job that is the one of this node called `place`.
  func rank(_ place: Int) -> Int { lines[place][.rank] - 1 }
}

extension Bytes {
  /// The words of so many ranks, which follow one another here.
  fileprivate func activities(_ ranks: Int) -> [RankActivity] {
    withMutableSpan { span in
      span.withUnsafeMutableBytes { bytes in
        (0..<ranks).map { rank in
          let offset = rank * RankActivity.count * MemoryLayout<Int>.stride
          return RankActivity(at: bytes.baseAddress! + offset)
        }
      }
    }
  }
}
