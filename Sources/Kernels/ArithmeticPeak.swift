internal import CFMA

/// The most multiply-adds that one core can do, measured: the limit of every matrix product.
public struct ArithmeticPeak: Sendable {
  /// The name of the vector instructions, as in "AVX2".
  public let instructions: String

  private let run: @Sendable (Int, Float, Float) -> Float
  private let operationsPerTurn: Int

  /// The instructions that products of factors in `precision`, summed in fp32, are computed with; nil
  /// where there are none.
  public init?(_ precision: Precision) {
    switch precision {
    case .bf16 where InstructionSet.current == .amx:
      self.init("AMX", CFMA_OPERATIONS_AMX) { CFMA_run_amx($0, $1, $2) }
    case .bf16:
      guard InstructionSet.current.hasBF16 else { return nil }
      self.init("AVX-512 BF16", CFMA_OPERATIONS_BF16) { CFMA_run_bf16($0, $1, $2) }
    case .fp32 where InstructionSet.current.floats == .avx512:
      self.init("AVX-512", CFMA_OPERATIONS_16) { CFMA_run_16($0, $1, $2) }
    case .fp32 where InstructionSet.current.floats == .avx2:
      self.init("AVX2", CFMA_OPERATIONS_8) { CFMA_run_8($0, $1, $2) }
    case .fp32:
      self.init("128-bit", CFMA_OPERATIONS_4) { CFMA_run_4($0, $1, $2) }
    }
  }

  private init(
    _ instructions: String, _ operationsPerTurn: Int,
    _ run: @escaping @Sendable (Int, Float, Float) -> Float
  ) {
    self.instructions = instructions
    self.operationsPerTurn = operationsPerTurn
    self.run = run
  }

  /// Keeps the calling thread's core busy with multiply-adds on registers, nothing else, for about
  /// `seconds`.
  ///
  /// - Returns: operations a second, a multiply-add counting as two.
  public func measure(seconds: Double) -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    var (turns, elapsed) = (0, 0.0)
    repeat {
      let piece = 20_000
      // Converges to 1: neither overflow nor subnormal numbers, which can be slower.
      let sum = run(piece, 0.5, 0.5)
      require(sum.isFinite, "multiply-adds that converge do not")
      turns += piece
      elapsed = (clock.now - start) / .seconds(1)
    } while elapsed < seconds
    return Double(turns) * Double(operationsPerTurn) / elapsed
  }
}
