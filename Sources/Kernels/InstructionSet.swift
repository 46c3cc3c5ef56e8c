internal import CFMA
internal import CProducts
internal import Glibc

/// The vector instructions that matrix products are computed with.
///
/// In fp32 all of them give the same bits: which one is used is a matter of speed. Later cases have
/// what the earlier ones of their architecture have.
public enum InstructionSet: String, CaseIterable, Sendable {
  /// No vector instructions are assumed: `fmaf` of the C library. aarch64 has NEON in its place.
  case generic
  /// NEON, which every aarch64 has.
  case neon
  /// AVX2 and FMA.
  case avx2
  /// AVX-512 F.
  case avx512
  /// AVX-512 F, with the products of bf16 numbers of AVX-512 BF16.
  case avx512BF16 = "avx512_bf16"
  /// The same with those of AMX, tile by tile.
  case amx

  /// The sets that this processor and its system have, the slowest first.
  public static let available = allCases.filter(\.isAvailable)

  /// The variable of the environment that chooses one of ``available``.
  public static let variable = "LOCKSTEP_INSTRUCTIONS"

  /// The set of products in this process: the one that the variable names, or the fastest.
  public static let current = available.first { $0.rawValue == asked } ?? available.last!

  /// What the variable says where that is none of ``available``; nil where there is nothing wrong.
  public static var refused: String? {
    guard let asked, !available.contains(where: { $0.rawValue == asked }) else { return nil }
    return asked
  }

  private static var asked: String? {
    guard let value = getenv(variable), value.pointee != 0 else { return nil }
    return String(cString: value).lowercased()
  }

  /// Whether products of bf16 numbers have instructions of their own.
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

  /// The least set whose products in fp32 are computed as with this one.
  public var floats: InstructionSet { self >= .avx512 ? .avx512 : self }

  /// The kernels of products in fp32.
  var kernels: CProducts_instructions {
    switch floats {
    case .avx2: CProducts_avx2
    case .avx512: CProducts_avx512
    default: CProducts_baseline
    }
  }

  /// The kernels of products of bf16 numbers; nil where it has none.
  var bf16Kernels: CProducts_bf16_instructions? {
    switch self {
    case .generic, .neon, .avx2, .avx512: nil
    case .avx512BF16: CProducts_avx512_bf16
    case .amx: CProducts_amx
    }
  }
}

extension InstructionSet: Comparable {
  /// Whether `left` comes earlier.
  public static func < (left: InstructionSet, right: InstructionSet) -> Bool {
    allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
  }
}

extension InstructionSet: CustomStringConvertible {
  /// The name that processors' makers use.
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
