import MPI

/// An operation, the elements of each rank, and the expected result.
struct ReductionCase<Element: Sample> {
  let name: String
  let operation: Operation<Element>
  /// Element `index` of `rank`.
  let value: (_ rank: Int, _ index: Int) -> Element
  /// Element `index` of the result.
  let result: (_ index: Int) -> Element

  /// The elements of `rank` at `indices`.
  func values(_ rank: Int, _ indices: Range<Int>) -> [Element] {
    indices.map { value(rank, $0) }
  }
}

extension ReductionCase {
  /// The operations of all types, on `n` ranks.
  static func all(_ n: Int) -> [Self] {
    // At each index one rank differs from the others: rank 0 at index 0, rank 1 at index 1, and so on.
    let outlier: (Int, Int) -> Bool = { rank, index in index % n == rank }
    return [
      Self(
        name: "sum", operation: .sum,
        value: { rank, index in Element(small: rank + 1 + index % 5) },
        result: { index in Element(small: n * (n + 1) / 2 + n * (index % 5)) }),
      // Two if rank + index is odd, otherwise one. Half of n successive numbers are odd.
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
  /// The operations that only integers have, on `n` ranks.
  static func integers(_ n: Int) -> [Self] {
    logical(n) + bitwise(n)
  }

  private static func logical(_ n: Int) -> [Self] {
    // The true values of different ranks have no bit in common with one another or with one, which is
    // the result. With one rank, the result may be its value.
    let truth: (Int) -> Element = { rank in n == 1 ? 1 : Element(small: 2 << rank) }
    return [
      // One rank has zero, except at each (n + 1)th index, where none has.
      Self(
        name: "logicalAnd", operation: .logicalAnd,
        value: { rank, index in index % (n + 1) == rank ? 0 : truth(rank) },
        result: { index in index % (n + 1) == n ? 1 : 0 }),
      // All ranks but one have zero, except at each (n + 1)th index, where all have.
      Self(
        name: "logicalOr", operation: .logicalOr,
        value: { rank, index in index % (n + 1) == rank ? truth(rank) : 0 },
        result: { index in index % (n + 1) == n ? 0 : 1 }),
      // The first index % (n + 1) ranks have a value that is not zero.
      Self(
        name: "logicalXor", operation: .logicalXor,
        value: { rank, index in rank < index % (n + 1) ? truth(rank) : 0 },
        result: { index in Element(small: index % (n + 1) % 2) }),
    ]
  }

  private static func bitwise(_ n: Int) -> [Self] {
    // All ranks have bit 7; each rank also has the bit of its own number.
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
