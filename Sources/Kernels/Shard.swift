/// The part of a batch that falls to one rank, or to several that follow one another: consecutive,
/// as even as can be, possibly empty.
///
/// Parts begin at multiples of `unit` positions; the last one takes what is left over.
public struct Shard: Sendable, Equatable {
  /// Whose part it is, from 0.
  public let ranks: Range<Int>

  /// How many share.
  public let rankCount: Int

  /// The positions that stay together.
  public let unit: Int

  /// The part of `ranks` among `rankCount`.
  public init(ranks: Range<Int>, of rankCount: Int, unit: Int = 1) {
    precondition(
      ranks.lowerBound >= 0 && ranks.upperBound <= rankCount && unit > 0,
      "there are no ranks \(ranks) of \(rankCount)")
    self.ranks = ranks
    self.rankCount = rankCount
    self.unit = unit
  }

  /// The part of `rank` among `rankCount`.
  public init(rank: Int, of rankCount: Int, unit: Int = 1) {
    self.init(ranks: rank..<rank + 1, of: rankCount, unit: unit)
  }

  /// The part of `whole`; the parts of all ranks, in order, make up `whole`.
  public func part(of whole: Range<Int>) -> Range<Int> {
    boundary(ranks.lowerBound, whole)..<boundary(ranks.upperBound, whole)
  }

  /// The most that ``part(of:)`` gives of a whole of up to `count`.
  public func capacity(of count: Int) -> Int {
    let even = (count * ranks.count + rankCount - 1) / rankCount
    return min(count, even + 2 * (unit - 1))
  }

  /// Where the part of rank `rank` begins.
  private func boundary(_ rank: Int, _ whole: Range<Int>) -> Int {
    guard rank < rankCount else { return whole.upperBound }
    let even = whole.count * rank / rankCount
    let nearest = (even + unit / 2) / unit
    // What is left over of a last unit stays with a whole one.
    return whole.lowerBound + max(0, min(nearest, whole.count / unit - 1)) * unit
  }
}

extension Range<Int> {
  /// The same positions counted from the beginning of `whole`.
  public func relative(to whole: Range<Int>) -> Range<Int> {
    lowerBound - whole.lowerBound..<upperBound - whole.lowerBound
  }
}

extension Range<Int> {
  /// The range in pieces of `count`, the last of which may be shorter.
  public func pieces(ofAtMost count: Int) -> some Sequence<Range<Int>> {
    stride(from: lowerBound, to: upperBound, by: count).lazy
      .map { $0..<Swift.min($0 + count, upperBound) }
  }
}
