internal import Inference

/// The distance that usual distances seldom exceed.
struct UsualDistance {
  /// The distance that 95 of 100 usual ones do not exceed: the least that so many reach.
  let longest: Float

  /// The 95th percentile of `distances`, one at least, by nearest rank.
  init(_ distances: [Float]) {
    let rank = (distances.count * 95 + 99) / 100
    longest = distances.sorted()[rank - 1]
  }
}

/// How vectors of two kinds mix: whether the nearest neighbour of each, among all others, is of its own kind.
///
/// Where the two kinds have one distribution and are as many, half of all nearest neighbours are of the other
/// kind; where they lie apart, none is. Henze, "A Multivariate Two-Sample Test Based on the Number of Nearest
/// Neighbor Type Coincidences", Annals of Statistics 16 (2), 1988.
struct Mixture {
  /// The share of vectors whose nearest neighbour is of the other kind.
  let met: Double

  /// The share among vectors, of which the two nearest of their own kind, themselves included, and the
  /// nearest of the other kind are known. `own` holds the vectors in the order of positions.
  init(own: Neighbours, other: Neighbours) {
    precondition(own.count == other.count && own.each == 2, "neighbours of the same vectors")
    let others = other.distances(at: 0)
    let count = (0..<own.count).count { vector in
      let place = own.positions(of: vector).first == vector ? 1 : 0
      return others[vector] < own.distances[2 * vector + place]
    }
    met = Double(count) / Double(own.count)
  }
}

/// How many vectors of each label are recognised.
struct RecognisedLabels {
  /// The counts, by label.
  let counts: [UInt8: Int]
  /// The number of all vectors, also of those that are not recognised.
  let total: Int

  /// Counts the labels of vectors, which are nil where a vector is not recognised.
  init(_ labels: [UInt8?]) {
    counts = labels.reduce(into: [:]) { counts, label in
      if let label { counts[label, default: 0] += 1 }
    }
    total = labels.count
  }

  /// The share of vectors that are recognised, where no label counts beyond its share of `truth`: a model
  /// that decodes all draws to one label gets no more than that label's share.
  func share(asIn truth: [UInt8]) -> Double {
    let expected = truth.reduce(into: [:]) { $0[$1, default: 0] += 1 } as [UInt8: Int]
    let sum = expected.sorted { $0.key < $1.key }.reduce(0.0) { sum, label in
      let most = Double(label.value) / Double(truth.count)
      return sum + min(most, Double(counts[label.key] ?? 0) / Double(total))
    }
    return sum
  }
}

/// What the labels of each vector's nearest neighbours say about it.
struct NeighbourVotes {
  private let neighbours: Neighbours
  private let labels: [UInt8]

  /// The votes of `neighbours`, where `labels` are those of all vectors among which neighbours were looked
  /// for.
  init(_ neighbours: Neighbours, labels: [UInt8]) {
    self.neighbours = neighbours
    self.labels = labels
  }

  /// The label that most neighbours of `vector` have; of several such labels the smallest.
  func winner(_ vector: Int) -> UInt8 {
    var counts: [UInt8: Int] = [:]
    for position in neighbours.positions(of: vector) { counts[labels[position], default: 0] += 1 }
    return counts.min { ($1.value, $0.key) < ($0.value, $1.key) }!.key
  }

  /// The share of vectors whose label, one of `truth`, wins.
  func accuracy(_ truth: [UInt8]) -> Double {
    Double(truth.indices.count { winner($0) == truth[$0] }) / Double(truth.count)
  }

  /// The label that all neighbours of each vector agree on; nil where they do not agree, or where the
  /// farthest of them is beyond the usual distance.
  func recognised(within usual: UsualDistance) -> [UInt8?] {
    (0..<neighbours.count).map { vector in
      let found = Set(neighbours.positions(of: vector).map { labels[$0] })
      let farthest = neighbours.distances[(vector + 1) * neighbours.each - 1]
      return found.count == 1 && farthest <= usual.longest ? found.first : nil
    }
  }
}
