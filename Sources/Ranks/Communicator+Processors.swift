package import Kernels
internal import Logging
internal import MPI
internal import Platform

extension InstructionSet {
  /// Makes sure that this rank's processor has the instructions that `LOCKSTEP_INSTRUCTIONS` names, if that
  /// is set. Not collective.
  ///
  /// - Throws: `Failure` with `usage` naming the instructions that the processor has.
  package static func requireChosen() throws {
    guard let refused else { return }
    let names = available.map(\.rawValue)
    throw Failure(
      .usage,
      "\(variable)=\(refused): this processor has \(names.joined(separator: ", ")); take one of "
        + "them, or unset the variable for the fastest")
  }
}

extension Communicator {
  /// The instructions with which this rank computes products in `precision`. Collective.
  ///
  /// In fp32 all instructions give the same bits, and each rank uses its own; in bf16 all ranks use the
  /// slowest that any rank has.
  package func commonInstructions(for precision: Precision) throws -> InstructionSet {
    guard precision == .bf16 else { return .current }
    let all = InstructionSet.allCases
    let mine = Int64(all.firstIndex(of: .current)!)
    return all[Int(try allReduce(mine, .min))]
  }

  /// Makes sure that the processors of all ranks can compute products in `precision`; collective.
  ///
  /// - Throws: on all ranks, `SharedFailure` with `unavailable`, naming the hosts that cannot.
  package func requireProducts(in precision: Precision) throws {
    let isAvailable = precision.isAvailable
    guard try allReduce(Int64(isAvailable ? 0 : 1), .sum) > 0 else { return }
    let isChosen = !isAvailable && InstructionSet.available.contains(where: \.hasBF16)
    let (all, chosen) = (try hosts(with: !isAvailable), try hosts(with: isChosen))
    let without: Sentence = "products in bf16 need AVX-512 BF16, which "
    throw SharedFailure(
      Failure(
        .unavailable,
        chosen.isEmpty
          ? "\(without)\(Wording.hosts(all)) cannot offer: train with "
            + "\(setting: .precision, "fp32"), or on other processors"
          : "\(without)\(InstructionSet.variable) leaves out on \(Wording.hosts(chosen)): unset it, "
            + "or train with \(setting: .precision, "fp32")"))
  }

  /// Makes sure that products are right on all ranks; `areRight` is whether those of this rank are.
  /// Collective.
  ///
  /// - Throws: on all ranks, `SharedFailure` with `disagreement`, naming the hosts whose products are wrong.
  package func requireRightProducts(_ areRight: Bool) throws {
    guard try allReduce(Int64(areRight ? 0 : 1), .sum) > 0 else { return }
    throw SharedFailure(
      Failure(
        .disagreement,
        "a processor of \(Wording.hosts(try hosts(with: !areRight))) computes wrong sums: leave it "
          + "out of the job, and have it looked at"))
  }

  /// Logs a warning on rank zero where `threads`, the count on every rank, is above 1 and some rank is bound
  /// to fewer processors; collective.
  package func warnOfCrowding(threads: Int) throws {
    let isCrowded = threads > 1 && Processor.affinity().count < threads
    guard try allReduce(Int64(isCrowded ? 1 : 0), .max) > 0, rank == 0 else { return }
    let launcher = MPILauncher.own
    Logger.lockstep.warning(
      """
      ranks of \(threads) threads are bound to fewer processors, where threads wait for one \
      another; start them with \(launcher.line(launcher.binding(threads: threads)))
      """)
  }
}
