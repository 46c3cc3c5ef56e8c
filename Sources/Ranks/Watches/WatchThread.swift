internal import Glibc
internal import Platform
internal import SystemPackage

/// A thread that watches what the main thread does, which may be within a call of MPI that does not return.
/// It ends with this value, and is not cut short: what it has begun, it does.
struct WatchThread: ~Copyable {
  /// What tells a watch that it is over.
  struct Bell: Sendable {
    /// The reading end of a pipe, whose other end is closed when the watch is over.
    fileprivate let end: FileDescriptor

    /// Waits until the watch is over, at most so many seconds; whether it is. Time in which this process was
    /// stopped, as batch systems do, or the machine asleep, does not count.
    func rings(within seconds: Double) -> Bool {
      var left = seconds
      while left > 0 {
        let (slice, start) = (min(left, 1), ContinuousClock.now)
        var question = pollfd(fd: end.rawValue, events: Int16(POLLIN), revents: 0)
        if poll(&question, 1, Int32(1000 * slice) + 1) > 0 { return true }
        left -= min(slice, (ContinuousClock.now - start) / .seconds(1))
      }
      return false
    }
  }

  private let thread: Platform.Thread?
  private let pipe: (readEnd: FileDescriptor, writeEnd: FileDescriptor)?

  /// Starts a thread that does `watch`, which must return once its bell rings. Where the system grants no
  /// thread or no pipe, nothing is watched.
  init(_ watch: @escaping @Sendable (Bell) -> Void) {
    // No child that another thread starts meanwhile inherits an end.
    pipe = try? FileDescriptor.pipe(options: .closeOnExec)
    guard let pipe else {
      thread = nil
      return
    }
    let bell = Bell(end: pipe.readEnd)
    thread = Platform.Thread { watch(bell) }
  }

  /// Ends the watch, and waits until its thread has ended.
  consuming func end() {}

  deinit {
    try? pipe?.writeEnd.close()
    thread?.join()
    try? pipe?.readEnd.close()
  }
}
