import Kernels
import Testing

/// Seeds are fixed, so these pass or fail for good; bounds leave a fair generator four standard
/// errors.
@Suite struct UniformTests {
  static let count = 200_000
  static let draws = uniforms(count, seed: 42).map(Double.init)

  @Test func range() {
    #expect(Self.draws.allSatisfy { (0..<1).contains($0) })
    // Some draw uses the last one of 24 bits.
    #expect(Self.draws.contains { ($0 * 0x1p23).rounded() != $0 * 0x1p23 })
  }

  @Test func distribution() {
    let n = Double(Self.count)
    #expect(abs(Self.draws.mean - 0.5) < 4 * (1 / 12 / n).squareRoot())
    #expect(abs(Self.draws.moment(2) - 1.0 / 3) < 4 * (4 / 45 / n).squareRoot())
    #expect(Self.draws.kolmogorovSmirnov { $0 } < 1.95)
  }

  /// Draws that are close to each other are uncorrelated.
  @Test(arguments: 1...5)
  func neighbours(apart lag: Int) {
    let n = Self.count - lag
    let products = (0..<n).map { (Self.draws[$0] - 0.5) * (Self.draws[$0 + lag] - 0.5) }
    #expect(abs(products.mean) < 4 / 12 / Double(n).squareRoot())
  }

  /// A draw is the upper 24 bits of a word, scaled. The test computes it in double precision.
  @Test func ofWords() {
    let stream = RandomStream(seed: 5, purpose: .initialization)
    let buffer = Buffer<Float>(repeating: 0, count: 50)
    stream.fillUniform(buffer.vector, position: 8, from: -0.25, to: 0.75)
    for index in 0..<50 {
      let word = stream.words(position: 8, block: index / 4)[index % 4]
      let expected = Double(word >> 8) / 0x1p24 - 0.25
      #expect(abs(Double(buffer.vector[index]) - expected) <= 0x1p-25)
    }
  }

  /// Between 1 and 2 floats have 23 bits, so half of the largest draws would round to 2. Between
  /// 1000 and 1001 one draw in 32,768 would round to 1001.
  @Test(arguments: [(Float(1), Float(2)), (1000, 1001), (-1, -0.5), (-3, 1e6)])
  func withoutUpper(lower: Float, upper: Float) {
    let buffer = Buffer<Float>(repeating: 0, count: Self.count)
    RandomStream(seed: 1, purpose: .generation)
      .fillUniform(buffer.vector, position: 0, from: lower, to: upper)
    let elements = buffer.elements
    #expect(elements.allSatisfy { (lower..<upper).contains($0) })
    #expect(elements.max()! > upper - (upper - lower) * 1e-3)
    #expect(elements.min()! < lower + (upper - lower) * 1e-3)
  }
}
