internal import Glibc
internal import Synchronization

/// A thread of this process, which must be joined or left to itself: `pthread_create`.
///
/// The new thread blocks the same signals as the thread that starts it, and must not call MPI.
package struct Thread {
  private let handle: pthread_t

  /// Starts `body` on a new thread; nil if the system grants no thread.
  package init?(_ body: @escaping @Sendable () -> Void) {
    final class Box {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let box = Unmanaged.passRetained(Box(body))
    var handle = pthread_t()
    let status = pthread_create(
      &handle, nil,
      { box in
        Unmanaged<Box>.fromOpaque(box!).takeRetainedValue().body()
        return nil
      }, box.toOpaque())
    guard status == 0 else {
      box.release()
      return nil
    }
    self.handle = handle
  }

  /// Leaves the thread to itself, in the place of ``join()``.
  package func detach() { pthread_detach(handle) }

  /// Waits until the thread ends. Call it exactly once.
  package func join() { pthread_join(handle, nil) }
}

/// The threads of a rank, which share its work. Thread 0 is the caller's; the pool starts threads 1
/// to `count` − 1.
///
/// A waiting thread polls, as ranks do in a barrier: a step gives threads work twice in a few
/// hundred microseconds, and waking a sleeping thread takes tens of microseconds. After a while
/// without work, or where threads outnumber cores, a thread yields and then sleeps. Only the
/// caller's thread may call MPI.
package final class ThreadPool {
  /// The number of threads.
  package let count: Int

  private let round: Round
  private let threads: [Thread]

  /// Starts all threads but the caller's; `count`, one at least, includes the caller's.
  ///
  /// - Throws: `Failure` with `unavailable` where the system grants no more threads.
  package init(_ count: Int) throws {
    let round = Round()
    self.count = count
    self.round = round
    var started: [Thread] = []
    for number in 1..<count {
      let thread = Thread { round.work(number) }
      guard let thread else { break }
      started.append(thread)
    }
    threads = started
    guard threads.count == count - 1 else {
      throw Failure(
        .unavailable,
        "the system grants \(threads.count + 1) threads where \(setting: .threadsPerRank) asks for "
          + "\(count): ask for fewer, or allow more processes (ulimit -u)")
    }
  }

  deinit {
    round.end(workers: threads.count)
    for thread in threads { thread.join() }
  }

  /// Calls `body` on each thread, with the thread's number; returns when all calls have returned.
  package func run(_ body: (Int) -> Void) {
    guard count > 1 else { return body(0) }
    withoutActuallyEscaping(body) { body in
      round.begin(body, workers: count - 1)
      body(0)
      round.waitForWorkers()
    }
  }
}

/// Hands the same threads one piece of work after another.
private final class Round: Sendable {
  private let number = Atomic(0)
  private let busy = Atomic(0)

  // Sound: `body` is written before `number` is increased with release order, and read after the
  // new number was seen with acquire order. It is not touched again until `busy`, counted down in
  // the same way, is zero.
  nonisolated(unsafe) private var body: ((Int) -> Void)?

  func begin(_ body: ((Int) -> Void)?, workers: Int) {
    self.body = body
    busy.store(workers, ordering: .relaxed)
    number.wrappingAdd(1, ordering: .releasing)
  }

  func waitForWorkers() {
    Self.wait { busy.load(ordering: .acquiring) == 0 }
    body = nil
  }

  /// Makes the threads end.
  func end(workers: Int) { begin(nil, workers: workers) }

  /// What a started thread does until the pool ends.
  func work(_ thread: Int) {
    var seen = 0
    while true {
      Self.wait { number.load(ordering: .acquiring) != seen }
      seen += 1
      guard perform(thread) else { return }
      busy.wrappingSubtract(1, ordering: .releasing)
    }
  }

  // Not inlined: the thread must have released `body` before it counts itself out of `busy`.
  @inline(never)
  private func perform(_ thread: Int) -> Bool {
    guard let body else { return false }
    body(thread)
    return true
  }

  /// Polls until `condition` holds: without a pause at first, then yielding the core to others, and
  /// in a long wait, as at an epoch's end, asleep most of the time.
  private static func wait(until condition: () -> Bool) {
    let (looks, yields) = (10_000, 1_000)
    for _ in 0..<looks where condition() { return }
    for _ in 0..<yields {
      if condition() { return }
      sched_yield()
    }
    var microseconds: UInt32 = 50
    while !condition() {
      usleep(microseconds)
      microseconds = min(2 * microseconds, 1000)
    }
  }
}
