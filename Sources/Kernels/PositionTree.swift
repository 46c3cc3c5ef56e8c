internal import CProducts

/// The binary tree in whose order a sum over the positions of a batch is added.
///
/// Its leaves are parts of ``part`` positions, each the sum of one product; a sum of n parts is the
/// sum of the first 2^m plus that of the others, where 2^m is the largest power of two below n
/// (`CProducts.h`). ``MatrixEngine/sumOverPositions(_:_:into:)`` adds in this order. So do ranks
/// that have some of the positions each: the sum over a subtree has the same bits wherever it is
/// computed, and subtrees' sums that are added in the tree's order give those of the whole.
///
/// ```swift
/// let tree = PositionTree(count: 300)
/// tree.subtrees(of: 0..<128)    // [0..<128]
/// tree.subtrees(of: 128..<300)  // [128..<256, 256..<300]
/// ```
public struct PositionTree: Sendable {
  /// The positions of a leaf; the last leaf can have fewer.
  public static let part = Int(CProducts_part)

  /// The number of positions.
  public let count: Int

  /// The tree over `count` positions.
  public init(count: Int) {
    require(count >= 0, "there are no \(count) positions")
    self.count = count
  }

  /// The largest subtrees that make up `range`, in order: the fewest sums that together stand for it.
  ///
  /// `range` must begin and end between parts, or at the end of the tree.
  public func subtrees(of range: Range<Int>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    append(subtreesOf: range, in: 0..<count, to: &found)
    return found
  }

  /// In which order the sums over `subtrees` are added to that over the whole: `into` and `from` are
  /// indices in `subtrees`, which must make up the tree, in order. The sum of all ends up at `home`.
  public func additions(
    of subtrees: [Range<Int>], home: Int = 0
  ) -> [(into: Int, from: Int)] {
    var additions: [(into: Int, from: Int)] = []
    var next = 0
    func sum(_ node: Range<Int>) -> Int {
      if subtrees[next] == node {
        next += 1
        return next - 1
      }
      require(node.count > Self.part, "there is no subtree \(subtrees[next])")
      let (left, right) = Self.halves(of: node)
      let (first, second) = (sum(left), sum(right))
      // x + y has the bits of y + x.
      let (into, from) = second == home ? (second, first) : (first, second)
      additions.append((into, from))
      return into
    }
    if count > 0 { _ = sum(0..<count) }
    return additions
  }

  private func append(
    subtreesOf range: Range<Int>, in node: Range<Int>, to found: inout [Range<Int>]
  ) {
    let common = node.clamped(to: range)
    if common.isEmpty { return }
    if common == node {
      found.append(node)
      return
    }
    require(node.count > Self.part, "\(range) cuts the part \(node)")
    let (left, right) = Self.halves(of: node)
    append(subtreesOf: range, in: left, to: &found)
    append(subtreesOf: range, in: right, to: &found)
  }

  private static func halves(of node: Range<Int>) -> (Range<Int>, Range<Int>) {
    let parts = (node.count + part - 1) / part
    var first = 1
    while 2 * first < parts { first *= 2 }
    let middle = node.lowerBound + first * part
    return (node.lowerBound..<middle, middle..<node.upperBound)
  }
}
