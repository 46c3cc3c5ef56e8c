/// The number format of the factors of matrix products; sums, parameters and optimizer are fp32.
public enum Precision: String, Codable, Sendable, CaseIterable {
  /// IEEE 754 single precision.
  case fp32
  /// The upper half of single precision: ``BFloat16``.
  case bf16

  /// Whether this process has instructions for products of the format.
  public var isAvailable: Bool { self == .fp32 || InstructionSet.current.hasBF16 }
}
