internal import Glibc
internal import Platform

/// A thread that watches what the main thread does, which may be within a call of MPI that does not return. It
/// ends with this value, and is not cut short: what it has begun, it does.
struct WatchThread: ~Copyable {
  /// What tells a watch that it is over.
  struct Bell: Sendable {
    /// The reading end of a pipe, whose other end is closed when the watch is over.
    fileprivate let end: Int32

    /// Waits until the watch is over, at most so many seconds; whether it is. Time in which this process was
    /// stopped, as batch systems do, or the machine asleep, does not count.
    func rings(within seconds: Double) -> Bool {
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

  private let thread: Platform.Thread?
  private let pipe: (reading: Int32, writing: Int32)

  /// Starts a thread that does `watch`, which must return once its bell rings. Where the system grants no thread
  /// or no pipe, nothing is watched.
  init(_ watch: @escaping @Sendable (Bell) -> Void) {
    var ends: [Int32] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else {
      (pipe, thread) = ((-1, -1), nil)
      return
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let bell = Bell(end: ends[0])
    pipe = (ends[0], ends[1])
    thread = Platform.Thread { watch(bell) }
  }

  /// Ends the watch, and waits until its thread has ended.
  consuming func end() {}

  deinit {
    if pipe.writing >= 0 { close(pipe.writing) }
    thread?.join()
    if pipe.reading >= 0 { close(pipe.reading) }
  }
}
