internal import Glibc
internal import Synchronization

/// Whether other hosts answer at all.
package enum HostReach {
  /// Hosts that were asked for, and of which something is known.
  package struct Findings: Equatable, Sendable {
    /// Those that neither take a connection to the port of ssh nor refuse it: they are off, cut off, or
    /// behind a firewall that drops what it does not know.
    package var silent: [String] = []

    /// Those whose names no service knows. ssh may know them all the same, from a configuration of its own.
    package var unknown: [String] = []

    /// Nothing is known.
    package init() {}
  }

  /// Asks `hosts`, which have so many `seconds` to answer. Of those whose names no service tells anything of
  /// in that time nothing is known; where that is all of them, nil.
  package static func ask(_ hosts: [String], within seconds: Double) -> Findings? {
    let deadline = ContinuousClock.now + .seconds(seconds)
    let inquiry = Inquiry(hosts)
    // A name service may take long about one name, and the others have their time all the same.
    for _ in 0..<min(hosts.count, 64) { Thread { inquiry.work() }?.detach() }
    while !inquiry.isDone, ContinuousClock.now < deadline { usleep(5_000) }
    let found = inquiry.end()
    defer { for attempt in found.compactMap(\.self).joined() { close(attempt.socket) } }
    if !hosts.isEmpty, found.allSatisfy({ $0 == nil }) { return nil }
    var findings = Findings()
    for case (let host, let attempts?) in zip(hosts, found) {
      if attempts.isEmpty {
        findings.unknown.append(host)
      } else if attempts.allSatisfy({ $0.isSilent(until: deadline) }) {
        findings.silent.append(host)
      }
    }
    return findings
  }

  /// Hosts to which connections are begun, by threads that are left to themselves where a name service does
  /// not answer them in time.
  private final class Inquiry: Sendable {
    private struct State {
      /// How many hosts were given to a thread.
      var taken = 0
      /// How many of these are known, or known not to be.
      var done = 0
      /// The connections to each host, none where its name is not known; nil where no service has told
      /// anything.
      var attempts: [[Attempt]?]
      /// Whether what is found now comes too late.
      var isOver = false
    }

    private let hosts: [String]
    private let state: Mutex<State>

    init(_ hosts: [String]) {
      self.hosts = hosts
      state = Mutex(State(attempts: hosts.map { _ in nil }))
    }

    /// Whether all names were looked up.
    var isDone: Bool { state.withLock { $0.done == hosts.count } }

    /// Begins connections to hosts that no other thread has taken, until there are none.
    func work() {
      while let number = take() {
        let attempts = connect(to: hosts[number])
        let isLate = state.withLock { state in
          state.done += 1
          if !state.isOver { state.attempts[number] = attempts }
          return state.isOver
        }
        if isLate { attempts?.forEach { close($0.socket) } }
      }
    }

    private func take() -> Int? {
      state.withLock { state in
        guard !state.isOver, state.taken < hosts.count else { return nil }
        defer { state.taken += 1 }
        return state.taken
      }
    }

    /// The connections to each host, as far as they were begun in time; no others are begun.
    func end() -> [[Attempt]?] {
      state.withLock { state in
        state.isOver = true
        return state.attempts
      }
    }
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

  /// Begins to connect to the port of ssh, at each address of the host; none where its name is not known, nil
  /// where that cannot be found out.
  private static func connect(to host: String) -> [Attempt]? {
    var hints = addrinfo()
    (hints.ai_family, hints.ai_socktype) = (AF_UNSPEC, Int32(SOCK_STREAM.rawValue))
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, "22", &hints, &list)
    guard status == 0 else { return status == EAI_NONAME ? [] : nil }
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
