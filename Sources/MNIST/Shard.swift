/// One rank's part of what all ranks share: consecutive, as even as can be, possibly empty.
public struct Shard: Sendable, Equatable {
  /// Whose part it is, from 0.
  public let rank: Int

  /// How many share.
  public let rankCount: Int

  /// The part of `rank` among `rankCount`.
  public init(rank: Int, of rankCount: Int) {
    precondition((0..<rankCount).contains(rank), "there is no rank \(rank) of \(rankCount)")
    self.rank = rank
    self.rankCount = rankCount
  }

  /// The part of `whole` that falls to the rank; the parts of all ranks, in order, make up `whole`.
  public func part(of whole: Range<Int>) -> Range<Int> {
    let count = whole.count
    return whole.lowerBound + count * rank / rankCount..<whole.lowerBound + count * (rank + 1)
      / rankCount
  }

  /// The most that ``part(of:)`` gives of a whole of `count`.
  public func capacity(of count: Int) -> Int { (count + rankCount - 1) / rankCount }
}

extension Range<Int> {
  /// The same positions counted from the beginning of `whole`.
  public func relative(to whole: Range<Int>) -> Range<Int> {
    lowerBound - whole.lowerBound..<upperBound - whole.lowerBound
  }
}
