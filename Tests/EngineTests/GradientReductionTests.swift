@testable import Engine
import Kernels
import MPI
import Testing

/// Teams that add up their messages, one after the other on this thread.
@Suite struct GradientReductionTests {
  /// Uneven, from the message's end on, as a rank computes them; one is too small to be cut.
  private static let buckets = [70..<201, 5..<70, 0..<5]
  private static let count = 201

  private final class Lane {
    let memory: Floats
    let codec: GradientCodec
    var reduction: GradientReduction
    var messages: LocalMessages?

    init(_ network: LocalNetwork, _ parts: [Range<Int>], team: Int, _ precision: Precision) throws {
      let plans = buckets.map { BucketPlan($0, parts: parts, rowsPerSample: 1) }
      let size = GradientCodec.Size(
        gradient: count, subtrees: max(1, plans[0].subtrees[team].count),
        partials: plans.reduce(0) { $0 + $1.addends(team) }, wire: precision)
      memory = Floats(size.floats)
      codec = GradientCodec(memory.vector, size)
      reduction = GradientReduction(plans, codec)
      var messages = LocalMessages(network, rank: team)
      try reduction.prepare(&messages)
      self.messages = consume messages
    }

    var sentBytes: Int {
      switch messages {
      case .some(let messages): reduction.sentBytes(messages)
      case .none: 0
      }
    }

    /// The sums, once they are there.
    var sums: Vector { codec.gradients[0] }

    func begin(_ values: [Float], of subtree: Int = 0) {
      codec.gradients[subtree].copy(from: values)
      reduction.begin()
    }

    func advance(_ computed: Int) throws {
      try reduction.advance(computed: computed, &messages)
    }
  }

  /// Teams with these parts of a batch.
  private func lanes(_ parts: [Range<Int>], _ precision: Precision = .fp32) throws -> [Lane] {
    let network = LocalNetwork(size: parts.count)
    return try parts.indices.map { try Lane(network, parts, team: $0, precision) }
  }

  /// Teams with one part of the tree each.
  private func lanes(_ teams: Int, _ precision: Precision = .fp32) throws -> [Lane] {
    try lanes((0..<teams).map { 64 * $0..<64 * ($0 + 1) }, precision)
  }

  /// Advances all as often as it takes: a bucket has three stages.
  private func reduce(_ lanes: [Lane], computed: Int = buckets.count) throws {
    for _ in 0..<4 { for lane in lanes { try lane.advance(computed) } }
  }

  @Test("every team gets the sums, step after step", arguments: [1, 2, 3, 5], Precision.allCases)
  func sums(teams: Int, precision: Precision) throws {
    let lanes = try lanes(teams, precision)
    for step in 1...3 {
      // Whole numbers whose sums are below 256, which bf16 has.
      let values = lanes.indices.map { team in
        (0..<Self.count).map { Float(($0 * 7 + team * 11 + step * 3) % 50) }
      }
      for (lane, values) in zip(lanes, values) { lane.begin(values) }
      try reduce(lanes)
      let sums = (0..<Self.count).map { index in values.reduce(0) { $0 + $1[index] } }
      for lane in lanes {
        #expect(lane.sums.elements == sums)
        // Nothing is left to do, or this would not return.
        for number in Self.buckets.indices {
          try lane.reduction.wait(for: number, &lane.messages, LaneRanks(ranks: []))
        }
      }
    }
  }

  /// From the left to the right the sum would be 129.
  @Test("terms are added in the order of the tree, in every team")
  func order() throws {
    // ((a + b) + (c + d)) + e, of which the second team has b and c, and the third nothing.
    let lanes = try lanes([0..<64, 64..<192, 192..<192, 192..<300])
    let values: [[Float]] = [[0x1p30], [100, -0x1p30], [], [1, 0]]
    for (lane, values) in zip(lanes, values) {
      lane.reduction.begin()
      for (subtree, value) in values.enumerated() {
        lane.begin(Array(repeating: value, count: Self.count), of: subtree)
      }
    }
    try reduce(lanes)
    // In floats 2^30 + 100 is 2^30 + 128, and −2^30 + 1 is −2^30.
    #expect(lanes.allSatisfy { $0.sums.elements.allSatisfy { $0 == 128 } })
  }

  @Test("teams have the same bits, also where the sum is rounded", arguments: Precision.allCases)
  func equal(precision: Precision) throws {
    let lanes = try lanes(3, precision)
    for (team, lane) in lanes.enumerated() {
      lane.begin((0..<Self.count).map { 1 / Float($0 + team + 1) })
    }
    try reduce(lanes)
    let sums = lanes[0].sums.elements
    #expect(lanes.allSatisfy { $0.sums.elements == sums })
    let errors = sums.enumerated().map { index, sum in
      abs(Double(sum) / (1...3).reduce(0) { $0 + 1 / Double(index + $1) } - 1)
    }
    #expect(errors.max()! < (precision == .fp32 ? 0x1p-22 : 0x1p-7))
  }

  @Test("a bucket that is not computed stays as it is")
  func partly() throws {
    let lanes = try lanes(3)
    for lane in lanes { lane.begin(Array(repeating: 1, count: Self.count)) }
    try reduce(lanes, computed: 1)
    for lane in lanes {
      #expect(lane.sums[70..<201].elements.allSatisfy { $0 == 3 })
      #expect(lane.sums[0..<70].elements.allSatisfy { $0 == 1 })
    }
    try reduce(lanes)
    #expect(lanes.allSatisfy { $0.sums.elements.allSatisfy { $0 == 3 } })
  }

  /// Patarasuk and Yuan: no algorithm sends less.
  @Test(
    "2 (N − 1)/N of the message leave each of N teams", arguments: [1, 2, 3, 5],
    Precision.allCases)
  func bytes(teams: Int, precision: Precision) throws {
    let sent = try lanes(teams, precision).reduce(0) { $0 + $1.sentBytes }
    #expect(sent == 2 * (teams - 1) * Self.count * (precision == .fp32 ? 4 : 2))
  }
}
