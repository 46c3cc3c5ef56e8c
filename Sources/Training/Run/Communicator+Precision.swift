internal import Kernels
internal import MPI

extension Communicator {
  /// Makes sure that the processors of all ranks have products in `precision`; collective.
  ///
  /// - Throws: on all ranks, `unavailable`, naming the hosts that have not.
  func requireAvailable(_ precision: Precision) throws {
    let isAvailable = precision.isAvailable
    guard try allReduce(Int64(isAvailable ? 0 : 1), .sum) > 0 else { return }
    let hosts = try hosts(with: !isAvailable)
    let named = hosts.prefix(4).joined(separator: ", ")
    let others = hosts.count > 4 ? " and \(hosts.count - 4) other hosts" : ""
    throw SharedFailure(
      Failure(
        .unavailable,
        "products in bf16 need AVX-512 BF16, which oneDNN does not find on \(named)\(others): "
          + "train with --precision fp32, or on other processors"))
  }

  /// The names of the hosts of the ranks on which `isMeant` is true, each once; collective.
  private func hosts(with isMeant: Bool) throws -> [String] {
    let length = 64  // HOST_NAME_MAX of Linux: gethostname(2).
    let text = (try? FileSystem.read("/proc/sys/kernel/hostname")) ?? "the host of rank \(rank)\n"
    let name = text.prefix { $0 != "\n" }
    let own = isMeant ? Array(name.utf8.prefix(length)) : []
    let padded = own + [UInt8](repeating: 0, count: length - own.count)
    var all = [UInt8](repeating: 0, count: size * length)
    var span = all.mutableSpan
    try allGather(padded.span, into: &span)
    var hosts: [String] = []
    for start in stride(from: 0, to: all.count, by: length) {
      let host = String(
        decoding: all[start..<start + length].prefix { $0 != 0 }, as: UTF8.self)
      if !host.isEmpty && !hosts.contains(host) { hosts.append(host) }
    }
    return hosts
  }
}
