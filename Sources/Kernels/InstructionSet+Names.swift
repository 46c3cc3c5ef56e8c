extension InstructionSet: CustomStringConvertible {
  /// The sets that oneDNN can be limited to, the names of processors' makers, and those that
  /// `ONEDNN_MAX_CPU_ISA` takes. A set stands before those that it holds.
  private static let named: [(set: InstructionSet, name: String, setting: String)] = [
    (.amx, "AVX-512 with AMX", "AVX512_CORE_AMX"),
    (.avx512BF16, "AVX-512 with BF16", "AVX512_CORE_BF16"),
    (.avx512VNNI, "AVX-512 with VNNI", "AVX512_CORE_VNNI"), (.avx512, "AVX-512", "AVX512_CORE"),
    (.avx2VNNI, "AVX2 with VNNI", "AVX2_VNNI"), (.avx2, "AVX2", "AVX2"), (.avx, "AVX", "AVX"),
    (.sse41, "SSE 4.1", "SSE41"),
  ]

  /// The set that a value of `ONEDNN_MAX_CPU_ISA` stands for; nil for one that limits nothing.
  public init?(setting: String) {
    let setting = setting.uppercased()
    guard let known = Self.named.first(where: { $0.setting == setting }) else { return nil }
    self = known.set
  }

  /// The largest set with a name that this one holds; nil where there is none, as on processors of
  /// another architecture.
  public var largestKnown: InstructionSet? { Self.named.first { contains($0.set) }?.set }

  /// The name that processors' makers use for the largest known set in this one.
  public var description: String {
    Self.named.first { contains($0.set) }?.name ?? "the processor's own"
  }

  /// The value of `ONEDNN_MAX_CPU_ISA` that limits products to the largest known set in this one.
  public var setting: String { Self.named.first { contains($0.set) }?.setting ?? "DEFAULT" }
}
