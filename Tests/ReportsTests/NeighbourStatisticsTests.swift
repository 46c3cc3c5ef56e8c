import Inference
import Testing

@testable import Reports

@Suite struct NeighbourStatisticsTests {
  /// By nearest rank: as `numpy.percentile(…, 95, method="inverted_cdf")`.
  @Test(arguments: [(1, 1), (2, 2), (19, 19), (20, 19), (21, 20), (100, 95), (1000, 950)])
  func usual(count: Int, rank: Int) {
    let distances = (1...count).map { Float($0 * 37 % (count + 1)) }
    // The distances are 1 to `count` in another order where 37 and count + 1 share no factor.
    let sorted = distances.sorted()
    #expect(UsualDistance(distances).longest == sorted[rank - 1])
  }

  /// Three vectors. The first has a neighbour of the other kind that is nearer than the nearest of its own;
  /// the second has two that are equally near; the last has a twin, which is listed before it.
  @Test("vectors meet the other kind where it is nearer than another of their own")
  func mixture() {
    var (own, other) = (Neighbours(each: 2), Neighbours(each: 1))
    own.add([0, 2, 0, 2, 0, 2, 1, 0, 0, 0, 1, 2].span, count: 3)
    other.add([1.5, 7, 2, 7, -0.0, 7].span, count: 3)
    #expect(Mixture(own: own, other: other).met == 1.0 / 3)
  }

  @Test("no label counts beyond its share of test images")
  func recognisedShare() {
    let truth: [UInt8] = [0, 0, 1, 2]
    func share(_ labels: [UInt8?]) -> Double { RecognisedLabels(labels).share(asIn: truth) }
    #expect(share([0, 1, 2, nil]) == 0.75)
    #expect(share([0, 0, 1, 2]) == 1)
    #expect(share([1, 1, 1, 1]) == 0.25)
    #expect(share([0, 0, 0, nil, nil, nil, nil, 3]) == 0.375)
    #expect(share([nil, nil]) == 0)
    #expect(RecognisedLabels([1, 1, nil, 0]).counts == [1: 2, 0: 1])
  }

  /// Four vectors with three neighbours each.
  private func neighbours(_ distances: [Float] = Array(repeating: 1, count: 12)) -> Neighbours {
    let positions: [[Float]] = [[0, 1, 2], [3, 4, 0], [4, 3, 1], [0, 3, 5]]
    var found = Neighbours(each: 3)
    for (row, positions) in positions.enumerated() {
      let values = Array(distances[3 * row..<3 * row + 3]) + positions
      found.add(values.span, count: 1)
    }
    return found
  }

  private let labels: [UInt8] = [7, 7, 7, 2, 2, 9]

  @Test("most neighbours decide, of as many the smallest label, as in scikit-learn")
  func accuracy() {
    let votes = NeighbourVotes(neighbours(), labels: labels)
    #expect((0..<4).map(votes.winner) == [7, 2, 2, 2])
    #expect(votes.accuracy([7, 2, 2, 2]) == 1)
    #expect(votes.accuracy([7, 2, 7, 9]) == 0.5)
  }

  @Test("an image is recognisable where all neighbours agree and none is too far")
  func recognised() {
    let near = NeighbourVotes(neighbours(), labels: labels)
    let agreeing = NeighbourVotes(neighbours(), labels: [7, 7, 7, 7, 7, 7])
    #expect(near.recognised(within: UsualDistance([1])) == [7, nil, nil, nil])
    #expect(near.recognised(within: UsualDistance([0.5])) == [nil, nil, nil, nil])
    #expect(agreeing.recognised(within: UsualDistance([1])) == [7, 7, 7, 7])
    let far = neighbours([1, 1, 1, 1, 1, 3, 1, 1, 2, 0, 0, 0])
    let votes = NeighbourVotes(far, labels: [7, 7, 7, 7, 7, 7])
    #expect(votes.recognised(within: UsualDistance([2])) == [7, nil, 7, 7])
  }
}
