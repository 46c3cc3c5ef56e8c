internal import Glibc

/// An address of a network interface of this machine.
package struct NetworkInterface: CustomStringConvertible {
  /// The interface's name, as in "eth0".
  let name: String

  /// Its address, as in "10.0.0.1".
  package let address: String

  package var description: String { "\(name) \(address)" }

  /// The IPv4 addresses of all interfaces that are up, without the loopback's: getifaddrs(3).
  package static var all: [NetworkInterface] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return [] }
    defer { freeifaddrs(list) }
    let entries = sequence(state: list) { next -> ifaddrs? in
      defer { next = next?.pointee.ifa_next }
      return next?.pointee
    }
    return entries.compactMap { (entry: ifaddrs) -> NetworkInterface? in
      guard let address = entry.ifa_addr,
        address.pointee.sa_family == AF_INET, entry.ifa_flags & UInt32(IFF_UP) != 0,
        entry.ifa_flags & UInt32(IFF_LOOPBACK) == 0
      else { return nil }
      let length = Int(NI_MAXHOST)
      let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: length) { text in
        getnameinfo(
          address, socklen_t(MemoryLayout<sockaddr_in>.size), text.baseAddress, socklen_t(length),
          nil, 0, NI_NUMERICHOST) == 0 ? String(cString: text.baseAddress!) : nil
      }
      return text.map { NetworkInterface(name: String(cString: entry.ifa_name), address: $0) }
    }
  }
}
