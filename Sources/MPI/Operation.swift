internal import CMPI

/// How values of several ranks become one (MPI 3.1, 5.9.2).
///
/// The order in which ranks are combined is the library's choice: sums and products of floating
/// point values may differ in the last bits between libraries, rank counts and message sizes.
/// For `reduce` and `allReduce` the standard advises, but does not demand, that they do not differ
/// between two runs of the same call.
///
/// Which operations there are depends on the element, as in MPI's table: all of them for integers,
/// `sum product min max` for `Float` and `Double`, the logical ones for `Bool`. To count how many
/// ranks say yes, add ones: `allReduce(isReady ? 1 : 0, .sum)`.
public struct Operation<Element: Datatype>: Sendable {
  enum Kind { case sum, product, min, max, and, or, xor, bitAnd, bitOr, bitXor }

  let kind: Kind
}

extension Operation where Element: Numeric {
  /// Adds, wrapping round in integers (`MPI_SUM`).
  public static var sum: Self { Self(kind: .sum) }
  /// Multiplies, wrapping round in integers (`MPI_PROD`).
  public static var product: Self { Self(kind: .product) }
}

extension Operation where Element: Comparable {
  /// Takes the smallest (`MPI_MIN`).
  public static var min: Self { Self(kind: .min) }
  /// Takes the largest (`MPI_MAX`).
  public static var max: Self { Self(kind: .max) }
}

extension Operation where Element: FixedWidthInteger {
  // A library may leave the value of a lone rank as it is, so that truth is "other than zero".

  /// True (not zero) where all values are, else zero (`MPI_LAND`).
  public static var logicalAnd: Self { Self(kind: .and) }
  /// True (not zero) where any value is, else zero (`MPI_LOR`).
  public static var logicalOr: Self { Self(kind: .or) }
  /// True (not zero) where an odd number of values are, else zero (`MPI_LXOR`).
  public static var logicalXor: Self { Self(kind: .xor) }
  /// The bits set in all values (`MPI_BAND`).
  public static var bitwiseAnd: Self { Self(kind: .bitAnd) }
  /// The bits set in any value (`MPI_BOR`).
  public static var bitwiseOr: Self { Self(kind: .bitOr) }
  /// The bits set in an odd number of values (`MPI_BXOR`).
  public static var bitwiseXor: Self { Self(kind: .bitXor) }
}

extension Operation<Bool> {
  /// True where all values are (`MPI_LAND`).
  public static var logicalAnd: Self { Self(kind: .and) }
  /// True where any value is (`MPI_LOR`).
  public static var logicalOr: Self { Self(kind: .or) }
  /// True where an odd number of values are (`MPI_LXOR`).
  public static var logicalXor: Self { Self(kind: .xor) }
}

extension Operation {
  /// What C calls this operation.
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
