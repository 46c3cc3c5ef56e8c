internal import COneDNN

/// The vector instructions that oneDNN's kernels use in this process.
///
/// oneAPI Deep Neural Network Library, developer guide, "CPU Dispatcher Control": each bit stands
/// for an extension, and larger sets hold the smaller ones. `ONEDNN_MAX_CPU_ISA` limits it.
public struct InstructionSet: RawRepresentable, Hashable, Codable, Sendable {
  /// oneDNN's number (`dnnl_cpu_isa_t`).
  public let rawValue: UInt32

  /// The set of oneDNN's number `rawValue`.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// What oneDNN uses in this process: `dnnl_get_effective_cpu_isa`.
  ///
  /// Asking fixes it: a limit in the environment that is set later has no effect.
  public static var effective: InstructionSet {
    InstructionSet(rawValue: dnnl_get_effective_cpu_isa().rawValue)
  }

  /// Limits products in this process to `set`, whatever the environment says:
  /// `dnnl_set_max_cpu_isa`.
  ///
  /// - Returns: whether oneDNN took it. It does so once, and before it is asked for anything else;
  ///   never, where it was built without this or for another architecture.
  public static func limit(to set: InstructionSet) -> Bool {
    dnnl_set_max_cpu_isa(dnnl_cpu_isa_t(rawValue: set.rawValue)) == dnnl_success
  }

  /// Whether all of `other` is in this set.
  public func contains(_ other: InstructionSet) -> Bool {
    rawValue & other.rawValue == other.rawValue
  }

  /// Whether products of bf16 numbers have instructions of their own.
  public var hasBF16: Bool { contains(.avx512BF16) }

  /// SSE 4.1.
  public static let sse41 = InstructionSet(rawValue: dnnl_cpu_isa_sse41.rawValue)
  /// AVX.
  public static let avx = InstructionSet(rawValue: dnnl_cpu_isa_avx.rawValue)
  /// AVX2 and FMA.
  public static let avx2 = InstructionSet(rawValue: dnnl_cpu_isa_avx2.rawValue)
  /// AVX2, FMA and VNNI, of processors that have no AVX-512.
  public static let avx2VNNI = InstructionSet(rawValue: dnnl_cpu_isa_avx2_vnni.rawValue)
  /// AVX-512 F, BW, VL and DQ.
  public static let avx512 = InstructionSet(rawValue: dnnl_cpu_isa_avx512_core.rawValue)
  /// AVX-512 and VNNI.
  public static let avx512VNNI = InstructionSet(rawValue: dnnl_cpu_isa_avx512_core_vnni.rawValue)
  /// AVX-512, VNNI and BF16.
  public static let avx512BF16 = InstructionSet(rawValue: dnnl_cpu_isa_avx512_core_bf16.rawValue)
  /// AVX-512, VNNI, BF16 and AMX.
  public static let amx = InstructionSet(rawValue: dnnl_cpu_isa_avx512_core_amx.rawValue)
}
