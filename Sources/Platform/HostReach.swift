internal import Glibc

/// Whether other hosts answer at all.
package enum HostReach {
  /// Those of `hosts` that neither take a connection to the port of ssh nor refuse it within `seconds`: they
  /// are off, cut off, or behind a firewall that drops what it does not know. Hosts that no name service
  /// knows are left out.
  package static func silent(_ hosts: [String], within seconds: Double) -> [String] {
    let deadline = ContinuousClock.now + .seconds(seconds)
    var waiting: [(host: String, socket: Int32)] = []
    for host in hosts where ContinuousClock.now < deadline {
      if let socket = connect(to: host) { waiting.append((host, socket)) }
    }
    defer { for (_, socket) in waiting { close(socket) } }
    var silent: [String] = []
    for (host, socket) in waiting {
      let left = max(0, (deadline - .now) / .seconds(1))
      var question = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
      let hasEnded = poll(&question, 1, Int32(left * 1000)) > 0
      var (code, size) = (CInt(0), socklen_t(MemoryLayout<CInt>.size))
      getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &size)
      if !hasEnded || code != 0 && code != ECONNREFUSED { silent.append(host) }
    }
    return silent
  }

  /// A socket that begins to connect to the port of ssh; nil where the host's address is not known.
  private static func connect(to host: String) -> Int32? {
    var hints = addrinfo()
    (hints.ai_family, hints.ai_socktype) = (AF_UNSPEC, Int32(SOCK_STREAM.rawValue))
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, "22", &hints, &list) == 0, let address = list?.pointee else {
      return nil
    }
    defer { freeaddrinfo(list) }
    let kind = address.ai_socktype | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let socket = socket(address.ai_family, kind, address.ai_protocol)
    guard socket >= 0 else { return nil }
    _ = Glibc.connect(socket, address.ai_addr, address.ai_addrlen)
    return socket
  }
}
