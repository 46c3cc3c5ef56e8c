internal import Glibc

/// Other ends of this process's TCP connections that acknowledge nothing.
package enum UnansweredPeers {
  /// The addresses, each once, to which this process has sent bytes that were sent again at least three times
  /// and still are not acknowledged: tcp(7), `TCP_INFO`. Over a link that loses nothing this takes a second
  /// or two.
  package static var addresses: [String] {
    let descriptors = ((try? FileSystem.names(in: "/proc/self/fd")) ?? []).compactMap { Int32($0) }
    var addresses: [String] = []
    for descriptor in descriptors {
      var (info, size) = (tcp_info(), socklen_t(MemoryLayout<tcp_info>.size))
      guard
        getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &info, &size) == 0,
        info.tcpi_unacked > 0, info.tcpi_retransmits >= 3, let peer = peer(of: descriptor),
        !addresses.contains(peer)
      else { continue }
      addresses.append(peer)
    }
    return addresses
  }

  /// The address of the other end of a connection, without the port; nil where it has none.
  private static func peer(of descriptor: Int32) -> String? {
    var address = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        guard getpeername(descriptor, address, &size) == 0 else { return nil }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { text in
          guard
            getnameinfo(
              address, size, text.baseAddress, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
          else { return nil }
          return String(cString: text.baseAddress!)
        }
      }
    }
  }
}
