import MPI

/// An operation, what each rank puts in, and what must come out.
struct ReductionCase<Element: Sample> {
  let name: String
  let operation: Operation<Element>
  /// Element `index` of `rank`.
  let value: (_ rank: Int, _ index: Int) -> Element
  /// Element `index` of the combination over all ranks.
  let result: (_ index: Int) -> Element

  func values(_ rank: Int, _ indices: Range<Int>) -> [Element] {
    indices.map { value(rank, $0) }
  }
}

extension ReductionCase {
  /// What all types can do, over `n` ranks.
  static func all(_ n: Int) -> [Self] {
    // Each index has one rank that differs from the others, and each rank has its turn.
    let outlier: (Int, Int) -> Bool = { rank, index in index % n == rank }
    return [
      Self(
        name: "sum", operation: .sum,
        value: { rank, index in Element(small: rank + 1 + index % 5) },
        result: { index in Element(small: n * (n + 1) / 2 + n * (index % 5)) }),
      // Two where rank + index is odd, else one: of n numbers in a row, half are odd.
      Self(
        name: "product", operation: .product,
        value: { rank, index in Element(small: 1 + (rank + index) % 2) },
        result: { index in Element(small: 1 << ((n + index % 2) / 2)) }),
      Self(
        name: "min", operation: .min,
        value: { rank, index in outlier(rank, index) ? Element.smallest : Element.largest },
        result: { _ in Element.smallest }),
      Self(
        name: "max", operation: .max,
        value: { rank, index in outlier(rank, index) ? Element.largest : Element.smallest },
        result: { _ in Element.largest }),
      Self(
        name: "min of many", operation: .min,
        value: { rank, index in Element(small: (rank + index) % n + index % 5) },
        result: { index in Element(small: index % 5) }),
      Self(
        name: "max of many", operation: .max,
        value: { rank, index in Element(small: (rank + index) % n + index % 5) },
        result: { index in Element(small: n - 1 + index % 5) }),
    ]
  }
}

extension ReductionCase where Element: FixedWidthInteger {
  /// What integers can do besides, over `n` ranks.
  static func integers(_ n: Int) -> [Self] {
    logical(n) + bitwise(n)
  }

  private static func logical(_ n: Int) -> [Self] {
    // Two truths of different ranks have no bit in common with one, which their conjunction is. A
    // lone rank's value may stay as it is.
    let truth: (Int) -> Element = { rank in n == 1 ? 1 : Element(small: 2 << rank) }
    return [
      // One rank is zero, except at each (n + 1)th index.
      Self(
        name: "logicalAnd", operation: .logicalAnd,
        value: { rank, index in index % (n + 1) == rank ? 0 : truth(rank) },
        result: { index in index % (n + 1) == n ? 1 : 0 }),
      // One rank is not zero, except at each (n + 1)th index.
      Self(
        name: "logicalOr", operation: .logicalOr,
        value: { rank, index in index % (n + 1) == rank ? truth(rank) : 0 },
        result: { index in index % (n + 1) == n ? 0 : 1 }),
      // As many ranks are not zero as the index says.
      Self(
        name: "logicalXor", operation: .logicalXor,
        value: { rank, index in rank < index % (n + 1) ? truth(rank) : 0 },
        result: { index in Element(small: index % (n + 1) % 2) }),
    ]
  }

  private static func bitwise(_ n: Int) -> [Self] {
    // Bit 7 is common to all ranks, bit `rank` is each one's own.
    let value: (Int, Int) -> Element = { rank, _ in Element(small: 128 | 1 << rank) }
    let own = (1 << n) - 1
    return [
      Self(
        name: "bitwiseAnd", operation: .bitwiseAnd, value: value,
        result: { _ in Element(small: n == 1 ? 129 : 128) }),
      Self(
        name: "bitwiseOr", operation: .bitwiseOr, value: value,
        result: { _ in Element(small: 128 | own) }),
      Self(
        name: "bitwiseXor", operation: .bitwiseXor, value: value,
        result: { _ in Element(small: n % 2 == 1 ? 128 | own : own) }),
    ]
  }
}
