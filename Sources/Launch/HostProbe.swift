internal import Platform
internal import Synchronization

/// A question to machines whether they answer: see ``HostReach``. It is asked on a thread of its own, so that
/// signals are heeded meanwhile.
final class HostProbe: Sendable {
  private let found = Mutex<HostReach.Findings?>(nil)

  /// Asks `hosts`, which have so many `seconds` to answer.
  init(_ hosts: [String], within seconds: Double) {
    let thread = Platform.Thread { [self] in
      let answers = HostReach.ask(hosts, within: seconds) ?? HostReach.Findings()
      found.withLock { $0 = answers }
    }
    thread?.detach()
    if thread == nil { found.withLock { $0 = HostReach.Findings() } }
  }

  /// What was found out; nil while it is not known.
  var findings: HostReach.Findings? { found.withLock { $0 } }
}
