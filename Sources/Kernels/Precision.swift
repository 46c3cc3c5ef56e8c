internal import COneDNN

/// The number format of the factors of matrix products; sums, parameters and optimizer are fp32.
public enum Precision: String, Codable, Sendable, CaseIterable {
  /// IEEE 754 single precision.
  case fp32
  /// The upper half of single precision: ``BFloat16``.
  case bf16

  /// Whether this processor has instructions for products of the format: AVX-512 BF16 or AMX for
  /// bf16, unless `DNNL_MAX_CPU_ISA` forbids them. oneDNN would emulate them on others, slower
  /// than fp32.
  ///
  /// `dnnl_get_effective_cpu_isa`; oneDNN, developer guide, "CPU Dispatcher Control".
  public var isAvailable: Bool {
    guard self == .bf16 else { return true }
    // An instruction set's bits include those of the sets that it extends.
    let needed = dnnl_cpu_isa_avx512_core_bf16.rawValue
    return dnnl_get_effective_cpu_isa().rawValue & needed == needed
  }
}
