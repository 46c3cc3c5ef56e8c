/// The part of a batch, a range of positions, that one rank computes. Parts are as equal in size as
/// possible, and may be empty.
///
/// Each part begins a multiple of `unit` positions after the beginning of the range; the last part
/// takes the remainder. If threads or teams share a batch, "rank" here means a thread or a team.
public struct Shard: Sendable, Equatable {
  /// The rank that computes the part, counted from 0.
  public let rank: Int

  /// The number of ranks that share the batch.
  public let rankCount: Int

  /// Positions are divided in units of this many, counted from the beginning of the range.
  public let unit: Int

  /// The part of `rank` among `rankCount`.
  public init(rank: Int, of rankCount: Int, unit: Int = 1) {
    require(
      (0..<rankCount).contains(rank) && unit > 0, "there is no rank \(rank) of \(rankCount)")
    self.rank = rank
    self.rankCount = rankCount
    self.unit = unit
  }

  /// The part of the range `whole`. The parts of all ranks, in order, make up `whole`.
  public func part(of whole: Range<Int>) -> Range<Int> {
    boundary(rank, whole)..<boundary(rank + 1, whole)
  }

  /// Where the part of rank `rank` begins.
  private func boundary(_ rank: Int, _ whole: Range<Int>) -> Int {
    guard rank < rankCount else { return whole.upperBound }
    let even = whole.count * rank / rankCount
    let nearest = (even + unit / 2) / unit
    // Positions at the end that do not fill a unit belong to the part with the last full unit.
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
  /// Cuts the range into pieces of `count` positions; the last piece may be shorter.
  public func pieces(ofAtMost count: Int) -> some Sequence<Range<Int>> {
    stride(from: lowerBound, to: upperBound, by: count).lazy
      .map { $0..<Swift.min($0 + count, upperBound) }
  }
}
