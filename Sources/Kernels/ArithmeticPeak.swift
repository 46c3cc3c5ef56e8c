internal import CFMA

/// Measures the highest rate at which one core can do multiply-adds. No matrix product is faster.
package struct ArithmeticPeak: Sendable {
  /// The name of the vector instructions, as in "AVX2".
  package let instructions: String

  private let run: @Sendable (Int, Float, Float) -> Float
  private let operationsPerTurn: Int

  /// Chooses the instructions that compute products of factors in `precision`, summed in fp32; nil
  /// if ``InstructionSet/current`` has none.
  package init?(_ precision: Precision) {
    switch precision {
    case .bf16 where InstructionSet.current == .amx:
      self.init("AMX", operationsPerTurn: CFMA_OPERATIONS_AMX) { CFMA_run_amx($0, $1, $2) }
    case .bf16:
      guard InstructionSet.current.hasBF16 else { return nil }
      self.init("AVX-512 BF16", operationsPerTurn: CFMA_OPERATIONS_BF16) {
        CFMA_run_bf16($0, $1, $2)
      }
    case .fp32 where InstructionSet.current.floats == .avx512:
      self.init("AVX-512", operationsPerTurn: CFMA_OPERATIONS_16) { CFMA_run_16($0, $1, $2) }
    case .fp32 where InstructionSet.current.floats == .avx2:
      self.init("AVX2", operationsPerTurn: CFMA_OPERATIONS_8) { CFMA_run_8($0, $1, $2) }
    case .fp32:
      self.init("128-bit", operationsPerTurn: CFMA_OPERATIONS_4) { CFMA_run_4($0, $1, $2) }
    }
  }

  private init(
    _ instructions: String, operationsPerTurn: Int,
    run: @escaping @Sendable (Int, Float, Float) -> Float
  ) {
    self.instructions = instructions
    self.operationsPerTurn = operationsPerTurn
    self.run = run
  }

  /// Runs multiply-adds on registers, and nothing else, on the calling thread for about `seconds`.
  ///
  /// - Returns: operations per second. A multiply-add counts as two.
  package func measure(seconds: Double) -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    var (turns, elapsed) = (0, 0.0)
    repeat {
      let piece = 20_000
      // In fp32 the numbers converge to 1; in bf16 the sums grow slowly. No number overflows or
      // becomes subnormal: arithmetic with subnormal numbers could be slower.
      let sum = run(piece, 0.5, 0.5)
      require(sum.isFinite, "converging multiply-adds gave \(sum)")
      turns += piece
      elapsed = (clock.now - start) / .seconds(1)
    } while elapsed < seconds
    return Double(turns) * Double(operationsPerTurn) / elapsed
  }
}
