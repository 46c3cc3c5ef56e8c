@testable import Engine
import Kernels
import MPI
import Testing

/// What one team sends another, through a codec on either side.
@Suite struct GradientCodecTests {
  /// One of two teams, the second of which has gradients over two subtrees.
  private struct End {
    let memory: Floats
    let codec: GradientCodec

    init(_ team: Int, _ precision: Precision) {
      let size = GradientCodec.Size(
        gradient: 40, subtrees: 1 + team, partials: team == 0 ? 16 : 24, wire: precision)
      memory = Floats(size.floats)
      codec = GradientCodec(memory.vector, size)
    }
  }

  @Test(
    "memory is for gradients and partials and, in bf16, for both at half their size and residuals",
    arguments: [
      (0, Precision.fp32, 40 + 16), (1, .fp32, 80 + 24), (0, .bf16, 40 + 16 + 20 + 8 + 40),
      (1, .bf16, 80 + 24 + 40 + 12 + 80),
    ])
  func memory(team: Int, precision: Precision, floats: Int) {
    let end = End(team, precision)
    #expect(end.memory.vector.count == floats)
    #expect(end.codec.gradients.map(\.count) == Array(repeating: 40, count: 1 + team))
    #expect(end.codec.partials.count == (team == 0 ? 16 : 24))
  }

  /// Sends what team 0 has at 2..<6 to team 1, which receives it as a partial or as a sum.
  private func send(_ steps: [[Float]], _ precision: Precision, asSum: Bool) throws -> [[Float]] {
    let (first, second, network) = (End(0, precision), End(1, precision), LocalNetwork(size: 2))
    var here = LocalMessages(network, rank: 0)
    var there = LocalMessages(network, rank: 1)
    (_, _) = (here.addGroup(), there.addGroup())
    try first.codec.addSend(2..<6, to: 1, in: &here)
    if asSum {
      try second.codec.addSum(2..<6, from: 0, to: &there)
    } else {
      try second.codec.addPartial(20..<24, from: 0, to: &there)
    }
    return steps.map { values in
      first.codec.gradients[0][2..<6].copy(from: values)
      first.codec.encode(2..<6)
      here.start(0)
      there.start(0)
      let hasArrived = there.test(0)
      #expect(hasArrived)
      if asSum {
        second.codec.decode(2..<6)
        return second.codec.gradients[0][2..<6].elements
      }
      second.codec.decode(partials: 20..<24)
      return second.codec.partials[20..<24].elements
    }
  }

  @Test("in fp32 every number arrives as it is", arguments: [true, false])
  func single(asSum: Bool) throws {
    let values: [[Float]] = [[1 / 3, -0.0, 0x1.fffffep127, 0x1p-126], [0x1p-149, 7, -1 / 3, 2]]
    let found = try send(values, .fp32, asSum: asSum)
    #expect(found.map { $0.map(\.bitPattern) } == values.map { $0.map(\.bitPattern) })
  }

  @Test("in bf16 numbers of eight digits arrive as they are", arguments: [true, false])
  func exact(asSum: Bool) throws {
    let values: [[Float]] = [[255, -0x1.fep-120, 0x1p120, 0.0078125], [1, 2, 3, -129]]
    #expect(try send(values, .bf16, asSum: asSum) == values)
  }

  /// A number between two of bf16, 2⁻⁷ apart, a quarter from the lower: it is sent three times as the
  /// lower and once as the upper. Halfway is rounded to the even one.
  @Test("what rounding to bf16 loses is sent with the next steps", arguments: [true, false])
  func feedback(asSum: Bool) throws {
    let (lower, upper): (Float, Float) = (1, 1 + 0x1p-7)
    let steps = Array(repeating: [1 + 0x1p-9, -1 - 0x1p-9, 1, 0] as [Float], count: 8)
    let found = try send(steps, .bf16, asSum: asSum)
    #expect(found.map { $0[0] } == [lower, lower, upper, lower, lower, lower, upper, lower])
    #expect(found.map { $0[1] } == found.map { -$0[0] })
    #expect(found.allSatisfy { $0[2] == 1 && $0[3] == 0 })
  }

  @Test("a team uses its own sum as it sends it to the others", arguments: Precision.allCases)
  func own(precision: Precision) {
    let end = End(0, precision)
    defer { withExtendedLifetime(end) {} }
    end.codec.gradients[0][0..<4].copy(from: [1 + 0x1p-9, 3, -1 - 0x1p-9, 257])
    end.codec.encode(0..<4)
    end.codec.decode(0..<4)
    let isRounded = precision == .bf16
    #expect(
      end.codec.gradients[0][0..<4].elements
        == (isRounded ? [1, 3, -1, 256] : [1 + 0x1p-9, 3, -1 - 0x1p-9, 257]))
  }
}
