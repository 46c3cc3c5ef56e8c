internal import Glibc
internal import Synchronization

/// Whether other hosts answer at all.
package enum HostReach {
  /// Those of `hosts` that neither take a connection to the port of ssh nor refuse it within `seconds`: they
  /// are off, cut off, or behind a firewall that drops what it does not know. Hosts that no name service
  /// knows are left out.
  package static func silent(_ hosts: [String], within seconds: Double) -> [String] {
    let deadline = ContinuousClock.now + .seconds(seconds)
    var known: [(host: String, attempts: [Attempt])] = []
    for host in hosts where ContinuousClock.now < deadline {
      known.append((host, connect(to: host)))
    }
    defer { for attempt in known.flatMap(\.attempts) { close(attempt.socket) } }
    return known.filter { host in
      !host.attempts.isEmpty && host.attempts.allSatisfy { $0.isSilent(until: deadline) }
    }.map(\.host)
  }

  /// As ``silent(_:within:)``, on a thread of its own, which is left to itself where a name service does not answer
  /// in time either: then nil.
  package static func silentInTime(_ hosts: [String], within seconds: Double) -> [String]? {
    final class Board: Sendable { let found = Mutex<[String]?>(nil) }
    let board = Board()
    Thread {
      let silent = silent(hosts, within: 0.8 * seconds)
      board.found.withLock { $0 = silent }
    }?.detach()
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
      if let found = board.found.withLock({ $0 }) { return found }
      usleep(10_000)
    }
    return nil
  }

  /// A connection that is begun.
  private struct Attempt {
    let socket: Int32

    /// The error with which it ended at once, as where no route leads to the host; 0 where it did not.
    let error: CInt

    /// Whether there is no answer before `deadline`.
    func isSilent(until deadline: ContinuousClock.Instant) -> Bool {
      guard error == 0 || error == EINPROGRESS else { return error != ECONNREFUSED }
      let left = max(0, (deadline - .now) / .seconds(1))
      var question = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
      let hasEnded = poll(&question, 1, Int32(left * 1000)) > 0
      var (code, size) = (CInt(0), socklen_t(MemoryLayout<CInt>.size))
      getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &size)
      return !hasEnded || code != 0 && code != ECONNREFUSED
    }
  }

  /// Begins to connect to the port of ssh, at each address of the host; none where it has no known one.
  private static func connect(to host: String) -> [Attempt] {
    var hints = addrinfo()
    (hints.ai_family, hints.ai_socktype) = (AF_UNSPEC, Int32(SOCK_STREAM.rawValue))
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, "22", &hints, &list) == 0 else { return [] }
    defer { freeaddrinfo(list) }
    let addresses = sequence(state: list) { next -> addrinfo? in
      defer { next = next?.pointee.ai_next }
      return next?.pointee
    }
    return addresses.compactMap { (address: addrinfo) -> Attempt? in
      let kind = address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
      let socket = socket(address.ai_family, kind, address.ai_protocol)
      guard socket >= 0 else { return nil }
      let hasBegun = Glibc.connect(socket, address.ai_addr, address.ai_addrlen) == 0
      return Attempt(socket: socket, error: hasBegun ? 0 : errno)
    }
  }
}
