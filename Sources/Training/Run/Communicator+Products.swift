internal import Kernels
internal import MPI

extension Communicator {
  /// The instructions that all ranks compute products in `precision` with: where bits depend on them,
  /// the slowest that some rank uses, which the others have, too. Collective.
  func commonInstructions(for precision: Precision) throws -> InstructionSet {
    guard precision == .bf16 else { return .current }
    let all = InstructionSet.allCases
    let mine = Int64(all.firstIndex(of: .current)!)
    return all[Int(try allReduce(mine, .min))]
  }

  /// Makes sure that the processors of all ranks compute products in `precision`, and rightly;
  /// collective.
  ///
  /// - Throws: on all ranks, `unavailable`, naming the hosts that have no such products, or
  ///   `disagreement`, naming those whose products are wrong.
  func requireProducts(in precision: Precision) throws {
    let isAvailable = precision.isAvailable
    let isRight = ProductCheck.isPassed(by: MatrixEngine())
    var counts = [Int64(isAvailable ? 0 : 1), isRight ? 0 : 1]
    var span = counts.mutableSpan
    try allReduce(&span, .sum)
    if counts[0] > 0 {
      throw SharedFailure(
        Failure(
          .unavailable,
          "products in bf16 need AVX-512 BF16, which \(Wording.hosts(try hosts(with: !isAvailable))) "
            + "cannot offer: train with --precision fp32, or on other processors"))
    }
    if counts[1] > 0 {
      throw SharedFailure(
        Failure(
          .disagreement,
          "a processor of \(Wording.hosts(try hosts(with: !isRight))) computes wrong sums: leave it "
            + "out of the job, and have it looked at"))
    }
  }
}
