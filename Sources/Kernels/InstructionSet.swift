internal import CFMA
internal import CProducts
internal import Glibc

/// The vector instructions that compute matrix products.
///
/// In fp32 all sets give the same bits and differ in speed alone. In bf16 the bits differ between
/// ``avx512BF16`` and ``amx``. Each case includes the instructions of the cases above it that the
/// same architecture has.
public enum InstructionSet: String, CaseIterable, Sendable {
  /// No vector instructions, but `fmaf` of the C library. Never used on aarch64, which always has
  /// NEON.
  case generic
  /// NEON, which every aarch64 processor has.
  case neon
  /// AVX2 and FMA.
  case avx2
  /// AVX-512 F.
  case avx512
  /// AVX-512 F and, for products in bf16, AVX-512 BF16.
  case avx512BF16 = "avx512_bf16"
  /// AVX-512 F and, for products in bf16, AMX.
  case amx

  /// The sets that this processor and the operating system support, the slowest first.
  public static let available = allCases.filter(\.isAvailable)

  /// The environment variable that selects one of the available sets by its raw value.
  public static let variable = "LOCKSTEP_INSTRUCTIONS"

  /// The set that this process uses: the one that ``variable`` names, or else the fastest available
  /// one.
  public static let current = available.first { $0.rawValue == asked } ?? available.last!

  /// The value of ``variable`` if no available set has that name; nil if one has, or if the
  /// variable is empty or not set.
  public static var refused: String? {
    guard let asked, !available.contains(where: { $0.rawValue == asked }) else { return nil }
    return asked
  }

  private static var asked: String? {
    guard let value = getenv(variable), value.pointee != 0 else { return nil }
    return String(cString: value).lowercased()
  }

  /// Whether the set can compute products in bf16.
  public var hasBF16: Bool { self >= .avx512BF16 }

  private var isAvailable: Bool {
    switch self {
    #if arch(arm64)
      case .neon: true
      case .generic: false
    #else
      case .neon: false
      case .generic: true
    #endif
    case .avx2: CProducts_has(CProducts_avx2)
    case .avx512: CProducts_has(CProducts_avx512)
    case .avx512BF16: CProducts_has_bf16(CProducts_avx512_bf16)
    case .amx: CProducts_has_bf16(CProducts_amx)
    }
  }

  /// The smallest set that computes products in fp32 by the same instructions as this set.
  public var floats: InstructionSet { self >= .avx512 ? .avx512 : self }

  /// The kernels for products in fp32.
  var kernels: CProducts_instructions {
    switch floats {
    case .avx2: CProducts_avx2
    case .avx512: CProducts_avx512
    default: CProducts_baseline
    }
  }

  /// The kernels for products in bf16; nil if the set has none.
  var bf16Kernels: CProducts_bf16_instructions? {
    switch self {
    case .generic, .neon, .avx2, .avx512: nil
    case .avx512BF16: CProducts_avx512_bf16
    case .amx: CProducts_amx
    }
  }
}

extension InstructionSet: Comparable {
  /// Whether `left` is an earlier case than `right`.
  public static func < (left: InstructionSet, right: InstructionSet) -> Bool {
    allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
  }
}

extension InstructionSet: CustomStringConvertible {
  /// The name that the makers of processors use.
  public var description: String {
    switch self {
    case .generic: "no vector instructions"
    case .neon: "NEON"
    case .avx2: "AVX2"
    case .avx512: "AVX-512"
    case .avx512BF16: "AVX-512 with BF16"
    case .amx: "AVX-512 with BF16 and AMX"
    }
  }
}
