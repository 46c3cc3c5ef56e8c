internal import CMPI

/// How the elements of several ranks are combined into one (MPI 3.1, 5.9.2).
///
/// The library chooses the order in which it combines ranks. So sums and products of floating-point
/// numbers may differ in their last bits between libraries, and if the number of ranks or elements
/// changes. The standard recommends, but does not require, that two runs of the same `reduce` or
/// `allReduce` give the same bits.
///
/// Integers have all operations, `Float` and `Double` have ``sum``, ``product``, ``min`` and
/// ``max``, and `Bool` has the logical ones, as in MPI's table. To count the ranks for which
/// something is true, add ones: `allReduce(isReady ? 1 : 0, .sum)`.
///
/// If one of the numbers is NaN, ``min`` and ``max`` are not defined: with MPICH 4.0.2 and 5.0.2
/// two ranks get different results of one call, and with Open MPI 4.1.4 and 5.0.11 it depends on
/// the NaN's rank whether it is kept or lost. If NaN matters, reduce a flag beside the value;
/// ``sum`` keeps NaN.
public struct Operation<Element: Datatype>: Sendable {
  enum Kind { case sum, product, min, max, and, or, xor, bitAnd, bitOr, bitXor }

  let kind: Kind
}

extension Operation where Element: Numeric {
  /// The sum (`MPI_SUM`); integers wrap around on overflow.
  public static var sum: Self { Self(kind: .sum) }
  /// The product (`MPI_PROD`); integers wrap around on overflow.
  public static var product: Self { Self(kind: .product) }
}

extension Operation where Element: Comparable {
  /// The smallest (`MPI_MIN`).
  public static var min: Self { Self(kind: .min) }
  /// The largest (`MPI_MAX`).
  public static var max: Self { Self(kind: .max) }
}

extension Operation where Element: FixedWidthInteger {
  // Some libraries leave the value of a job's only rank as it is, so a true result need not be 1.

  /// Not zero if no value is zero; otherwise zero (`MPI_LAND`).
  public static var logicalAnd: Self { Self(kind: .and) }
  /// Not zero if at least one value is not zero; otherwise zero (`MPI_LOR`).
  public static var logicalOr: Self { Self(kind: .or) }
  /// Not zero if an odd number of values are not zero; otherwise zero (`MPI_LXOR`).
  public static var logicalXor: Self { Self(kind: .xor) }
  /// The bits that are set in all values (`MPI_BAND`).
  public static var bitwiseAnd: Self { Self(kind: .bitAnd) }
  /// The bits that are set in at least one value (`MPI_BOR`).
  public static var bitwiseOr: Self { Self(kind: .bitOr) }
  /// The bits that are set in an odd number of values (`MPI_BXOR`).
  public static var bitwiseXor: Self { Self(kind: .bitXor) }
}

extension Operation<Bool> {
  /// True if all values are true (`MPI_LAND`).
  public static var logicalAnd: Self { Self(kind: .and) }
  /// True if at least one value is true (`MPI_LOR`).
  public static var logicalOr: Self { Self(kind: .or) }
  /// True if an odd number of values are true (`MPI_LXOR`).
  public static var logicalXor: Self { Self(kind: .xor) }
}

extension Operation {
  /// The C handle of this operation.
  var c: CMPI_Op {
    switch kind {
    case .sum: CMPI_sum()
    case .product: CMPI_prod()
    case .min: CMPI_min(Element.c)
    case .max: CMPI_max(Element.c)
    case .and: CMPI_land()
    case .or: CMPI_lor()
    case .xor: CMPI_lxor()
    case .bitAnd: CMPI_band()
    case .bitOr: CMPI_bor()
    case .bitXor: CMPI_bxor()
    }
  }
}
