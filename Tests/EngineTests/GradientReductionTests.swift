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

    init(_ network: LocalNetwork, team: Int, _ precision: Precision) throws {
      let teams = network.size
      memory = Floats(
        GradientCodec.floats(buckets, team: team, of: teams, precision: precision))
      codec = GradientCodec(
        memory.vector, buckets: buckets, team: team, of: teams, precision: precision)
      reduction = GradientReduction(buckets, codec)
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

    func begin(_ values: [Float]) {
      codec.gradients.copy(from: values)
      reduction.begin()
    }

    func advance(_ computed: Int) throws {
      try reduction.advance(computed: computed, &messages)
    }
  }

  private func lanes(_ teams: Int, _ precision: Precision = .fp32) throws -> [Lane] {
    let network = LocalNetwork(size: teams)
    return try (0..<teams).map { try Lane(network, team: $0, precision) }
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
        #expect(lane.codec.gradients.elements == sums)
        // Nothing is left to do, or this would not return.
        for number in Self.buckets.indices { try lane.reduction.wait(for: number, &lane.messages) }
      }
    }
  }

  /// In any other order of the three the sum is 1.
  @Test("terms are added in the order of the teams")
  func order() throws {
    let lanes = try lanes(3)
    for (lane, value) in zip(lanes, [0x1p30, 1, -0x1p30] as [Float]) {
      lane.begin(Array(repeating: value, count: Self.count))
    }
    try reduce(lanes)
    #expect(lanes.allSatisfy { $0.codec.gradients.elements.allSatisfy { $0 == 0 } })
  }

  @Test("teams have the same bits, also where the sum is rounded", arguments: Precision.allCases)
  func equal(precision: Precision) throws {
    let lanes = try lanes(3, precision)
    for (team, lane) in lanes.enumerated() {
      lane.begin((0..<Self.count).map { 1 / Float($0 + team + 1) })
    }
    try reduce(lanes)
    let sums = lanes[0].codec.gradients.elements
    #expect(lanes.allSatisfy { $0.codec.gradients.elements == sums })
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
      #expect(lane.codec.gradients[70..<201].elements.allSatisfy { $0 == 3 })
      #expect(lane.codec.gradients[0..<70].elements.allSatisfy { $0 == 1 })
    }
    try reduce(lanes)
    #expect(lanes.allSatisfy { $0.codec.gradients.elements.allSatisfy { $0 == 3 } })
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
