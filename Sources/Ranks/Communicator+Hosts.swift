internal import MPI
internal import Platform

extension Communicator {
  /// The names of the hosts of all ranks on which `isIncluded` is true, each once; collective.
  func hosts(with isIncluded: Bool) throws -> [String] {
    var hosts: [String] = []
    for host in try hostOfEachRank(if: isIncluded) where !host.isEmpty && !hosts.contains(host) {
      hosts.append(host)
    }
    return hosts
  }

  /// The name of each rank's host, in the order of the ranks; empty for ranks on which `isIncluded` is false;
  /// collective.
  package func hostOfEachRank(if isIncluded: Bool = true) throws -> [String] {
    let length = 64  // HOST_NAME_MAX of Linux: gethostname(2).
    let own = isIncluded ? Array(HostName.own.utf8.prefix(length)) : []
    let padded = own + [UInt8](repeating: 0, count: length - own.count)
    var all = [UInt8](repeating: 0, count: size * length)
    var span = all.mutableSpan
    try allGather(padded.span, into: &span)
    return stride(from: 0, to: all.count, by: length).map { start in
      String(decoding: all[start..<start + length].prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
