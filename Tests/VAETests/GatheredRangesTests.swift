import Kernels
import Testing
import VAE

/// What ranks send one another of their samples.
@Suite struct GatheredRangesTests {
  private static let capacity = 7

  /// A rank's activations, whose operands are NaN.
  private final class Rank {
    let shared: Buffer<Float>
    let own: Buffer<Float>
    let activations: Activations

    init(_ layout: ParameterLayout, _ precision: Precision) {
      shared = Buffer(
        repeating: .nan,
        count: Activations.sharedCount(layout, capacity: capacity, precision: precision))
      own = Buffer(
        repeating: .nan,
        count: Activations.ownCount(layout, capacity: capacity, precision: precision))
      activations = Activations(
        layout, capacity: capacity, memory: (shared.vector, own.vector), precision: precision)
      for operand in activations.inputs + activations.deltas { operand.fill(.nan) }
    }
  }

  @Test(
    "layer inputs and deltas of these samples arrive, no other samples', and no pixels",
    arguments: GradientTileTests.configurations.prefix(4), Precision.allCases)
  func arrive(_ configuration: ModelConfiguration, precision: Precision) {
    let layout = ParameterLayout(configuration)
    let here = Rank(layout, precision)
    let there = Rank(layout, precision)
    let sent = here.activations.inputs.dropFirst() + here.activations.deltas
    for (number, operand) in sent.enumerated() {
      for row in 0..<Self.capacity { operand.rows(row..<row + 1).fill(Float(number * 10 + row)) }
    }
    here.activations.inputs[0].fill(5)
    for range in here.activations.gatheredRanges(2..<5) {
      there.shared.vector[range].copy(from: here.shared.vector[range])
    }
    let received = there.activations.inputs.dropFirst() + there.activations.deltas
    for (number, operand) in received.enumerated() {
      for row in 0..<Self.capacity {
        let elements = operand.rows(row..<row + 1).elements
        let isRight = elements.allSatisfy {
          (2..<5).contains(row) ? $0 == Float(number * 10 + row) : $0.isNaN
        }
        #expect(isRight, "operand \(number), row \(row)")
      }
    }
    let isUntouched = there.activations.inputs[0].elements.allSatisfy { $0.isNaN }
    #expect(isUntouched)
  }

  @Test("no samples are no floats, and ranges follow one another by samples")
  func cut() {
    let rank = Rank(ParameterLayout(ModelConfiguration()), .fp32)
    let ranges = { (rows: Range<Int>) in rank.activations.gatheredRanges(rows) }
    let (first, second, both) = (ranges(0..<3), ranges(3..<7), ranges(0..<7))
    #expect(both.count == 7)
    #expect(ranges(2..<2).allSatisfy { $0.isEmpty })
    #expect(zip(first, second).map { $0.lowerBound..<$1.upperBound } == both)
    #expect(zip(first, second).allSatisfy { $0.upperBound == $1.lowerBound })
  }
}
