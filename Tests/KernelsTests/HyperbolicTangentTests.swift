import Foundation
import Testing

@testable import Kernels

@Suite struct HyperbolicTangentTests {
  /// From where the tangent is its argument, over both sides of 0.625, to where it is 1.
  private static let arguments: [Float] =
    [0, 1e-30, 1e-6, 1e-3, 0.1, 0.3, 0.624, 0.6249999, 0.625, 0.626, 1, 2, 5, 8, 9, 20, 90, 1e30]
    .flatMap { [$0, -$0] }

  @Test("values are those of the C library in double precision, to 3 units in the last place")
  func values() {
    for x in Self.arguments {
      let expected = tanh(Double(x))
      let error = abs(Double(hyperbolicTangent(x)) - expected)
      #expect(error <= 3 * Double(Float(abs(expected)).ulp), "\(x)")
    }
    #expect(hyperbolicTangent(.infinity) == 1 && hyperbolicTangent(-.infinity) == -1)
    #expect(hyperbolicTangent(.nan).isNaN)
  }

  @Test("a gradient is multiplied by 1 - y²", arguments: Precision.allCases)
  func gradients(precision: Precision) {
    let (rows, units) = (3, 21)
    let gradient = PaddedMatrix(
      rows, units, values: (0..<rows * units).map { Float($0) / 8 }, padding: 2)
    let outputs = PaddedOperand(
      rows, units, values: (0..<rows * units).map { Float($0 % units - 10) / 16 },
      precision: precision)
    HyperbolicTangent.backward(
      outputs: outputs.operand, gradient.matrix, as: Operand(gradient.matrix))
    for (place, value) in gradient.matrix.elements.enumerated() {
      let y = Float(place % units - 10) / 16
      #expect(value == Float(place) / 8 * (1 - y * y))
    }
    let isIntact = gradient.surroundingsAreIntact()
    #expect(isIntact)
  }
}
