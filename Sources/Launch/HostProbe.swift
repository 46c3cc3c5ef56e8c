internal import Platform
internal import Synchronization

/// A question to machines whether they answer: see ``HostReach``. It is asked on a thread of its own, so that
/// signals are heeded meanwhile.
final class HostProbe: Sendable {
  private let found = Mutex<[String]?>(nil)

  /// Asks `hosts`, which have so many `seconds` to answer.
  init(_ hosts: [String], within seconds: Double) {
    let thread = Platform.Thread { [self] in
      let silent = HostReach.silent(hosts, within: seconds) ?? []
      found.withLock { $0 = silent }
    }
    thread?.detach()
    if thread == nil { found.withLock { $0 = [] } }
  }

  /// Those that do not answer; nil while it is not known.
  var silent: [String]? { found.withLock { $0 } }
}
