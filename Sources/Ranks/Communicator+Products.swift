package import Kernels
internal import MPI
internal import Platform

extension Communicator {
  /// The instructions that all ranks compute products in `precision` with: where bits depend on them,
  /// the slowest that some rank uses, which the others have, too. Collective.
  package func commonInstructions(for precision: Precision) throws -> InstructionSet {
    guard precision == .bf16 else { return .current }
    let all = InstructionSet.allCases
    let mine = Int64(all.firstIndex(of: .current)!)
    return all[Int(try allReduce(mine, .min))]
  }

  /// Makes sure that the processors of all ranks have products in `precision`; collective.
  ///
  /// - Throws: on all ranks, `unavailable`, naming the hosts that have none.
  package func requireProducts(in precision: Precision) throws {
    let isAvailable = precision.isAvailable
    guard try allReduce(Int64(isAvailable ? 0 : 1), .sum) > 0 else { return }
    let isChosen = !isAvailable && InstructionSet.available.contains(where: \.hasBF16)
    let (all, chosen) = (try hosts(with: !isAvailable), try hosts(with: isChosen))
    let without = "products in bf16 need AVX-512 BF16, which "
    throw SharedFailure(
      Failure(
        .unavailable,
        chosen.isEmpty
          ? without + Wording.hosts(all)
            + " cannot offer: train with --precision fp32, or on other processors"
          : without
            + "\(InstructionSet.variable) leaves out on \(Wording.hosts(chosen)): unset it, "
            + "or train with --precision fp32"))
  }

  /// Makes sure that products are right on all ranks, on which they are where `areRight`; collective.
  ///
  /// - Throws: on all ranks, `disagreement`, naming the hosts whose products are wrong.
  package func requireRightProducts(_ areRight: Bool) throws {
    guard try allReduce(Int64(areRight ? 0 : 1), .sum) > 0 else { return }
    throw SharedFailure(
      Failure(
        .disagreement,
        "a processor of \(Wording.hosts(try hosts(with: !areRight))) computes wrong sums: leave it "
          + "out of the job, and have it looked at"))
  }
}
