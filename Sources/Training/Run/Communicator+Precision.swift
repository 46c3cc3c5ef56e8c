internal import Kernels
internal import MPI

extension Communicator {
  /// Makes sure that the processors of all ranks have products in `precision`; collective.
  ///
  /// - Throws: on all ranks, `unavailable`, naming the hosts that have not.
  func requireAvailable(_ precision: Precision) throws {
    let isAvailable = precision.isAvailable
    // Where one rank lacks instructions all are limited; then those are meant that lack them
    // anyway.
    let isOwn = isAvailable || InstructionSet.own()?.hasBF16 ?? true
    var counts = [Int64(isAvailable ? 0 : 1), isOwn ? 0 : 1]
    var span = counts.mutableSpan
    try allReduce(&span, .sum)
    guard counts[0] > 0 else { return }
    let hosts = try hosts(with: counts[1] > 0 ? !isOwn : !isAvailable)
    throw SharedFailure(
      Failure(
        .unavailable,
        "products in bf16 need AVX-512 BF16, which oneDNN does not find on "
          + "\(Wording.hosts(hosts)): train with --precision fp32, or on other processors"))
  }
}
