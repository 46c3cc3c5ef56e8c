import Glibc
import Kernels
import Testing

@Suite struct BernoulliLikelihoodTests {
  /// Sizes around 16 lanes, the size of MNIST, and sizes around 16 × 96, after which logarithms are
  /// taken.
  static let sizes = [1, 2, 15, 16, 17, 31, 33, 784, 1535, 1536, 1537, 1553, 5000]

  /// Logits of every size, among them ±0 and some whose exponential is not a normal float.
  private func logits(_ count: Int) -> [Float] {
    let special: [Float] = [0, -0.0, 100, -100, 1e4, -1e4, 1e-20, 88.5, -88.5, 17, -17]
    return normals(count, seed: 1).enumerated().map { place, normal in
      place % 3 == 2 ? special[place / 3 % special.count] : 4 * normal
    }
  }

  /// Pixels that are black, white and grey.
  private func pixels(_ count: Int) -> [Float] {
    uniforms(count, seed: 2).map { $0 < 0.25 ? 0 : $0 > 0.75 ? 1 : $0 }
  }

  private func crossEntropy(_ logit: Float, _ pixel: Float) -> Double {
    let (a, x) = (Double(logit), Double(pixel))
    return max(a, 0) - a * x + log1p(exp(-abs(a)))
  }

  private func mean(_ logit: Float) -> Double { 1 / (1 + exp(-Double(logit))) }

  @Test(arguments: sizes)
  func lossAndGradient(columns: Int) {
    let (rows, scale) = (3, Float(1) / 128)
    let (a, x) = (logits(rows * columns), pixels(rows * columns))
    let logits = PaddedMatrix(rows, columns, values: a, padding: 2)
    let pixels = PaddedMatrix(rows, columns, values: x, padding: 5)
    let losses = PaddedMatrix(rows, 1, padding: 1)
    let only = PaddedMatrix(rows, 1, padding: 1)
    BernoulliLikelihood.forward(logits: logits.matrix, pixels: pixels.matrix, loss: only.matrix)
    #expect(logits.matrix.elements.bits == a.bits)
    BernoulliLikelihood.forwardAndBackward(
      logits: logits.matrix, pixels: pixels.matrix, scale: scale, loss: losses.matrix,
      as: Operand(logits.matrix))
    #expect(losses.matrix.elements.bits == only.matrix.elements.bits)
    for row in 0..<rows {
      let places = row * columns..<(row + 1) * columns
      let expected = places.reduce(0) { $0 + crossEntropy(a[$1], x[$1]) }
      // If e^−|a| is too small to change 1, a pixel loses at most half a unit of 1.
      let tolerance = 2e-6 * expected + 0x1p-24 * Double(columns)
      #expect(abs(Double(losses.matrix[row, 0]) - expected) <= tolerance)
    }
    for (place, gradient) in logits.matrix.elements.enumerated() {
      let expected = Double(scale) * (mean(a[place]) - Double(x[place]))
      #expect(abs(Double(gradient) - expected) <= 0x1p-22 * Double(scale))
    }
    let areIntact = [logits.surroundingsAreIntact(), losses.surroundingsAreIntact()]
    #expect(areIntact == [true, true])
  }

  @Test(arguments: sizes)
  func squaredErrors(columns: Int) {
    let (a, x) = (logits(2 * columns), pixels(2 * columns))
    let logits = PaddedMatrix(2, columns, values: a, padding: 2)
    let pixels = PaddedMatrix(2, columns, values: x, padding: 5)
    let errors = PaddedMatrix(2, 1, padding: 1)
    BernoulliLikelihood.squaredErrors(
      logits: logits.matrix, pixels: pixels.matrix, errors: errors.matrix)
    for row in 0..<2 {
      let expected = (row * columns..<(row + 1) * columns).reduce(0.0) {
        let difference = mean(a[$1]) - Double(x[$1])
        return $0 + difference * difference
      }
      #expect(abs(Double(errors.matrix[row, 0]) - expected) <= 1e-5 * expected + 1e-7)
    }
  }

  /// With logits of 0 every pixel costs ln 2, and the products of factors are as large as possible.
  @Test(arguments: sizes)
  func logitsOfZero(columns: Int) {
    let losses = PaddedMatrix(1, 1)
    let logits = PaddedMatrix(1, columns)
    let pixels = PaddedMatrix(1, columns, values: pixels(columns))
    BernoulliLikelihood.forward(
      logits: logits.matrix, pixels: pixels.matrix, loss: losses.matrix)
    #expect(unitsInLastPlace(losses.matrix[0, 0], Double(columns) * log(2)) <= 4)
  }

  @Test func means() {
    let a = logits(1000) + [-87, 87, -80, 80, -.infinity, .infinity]
    let logits = PaddedMatrix(2, a.count / 2, values: a, padding: 1)
    let result = PaddedMatrix(2, a.count / 2, padding: 3)
    BernoulliLikelihood.means(logits: logits.matrix, into: result.matrix)
    #expect(logits.matrix.elements.bits == a.bits)
    let means = result.matrix.elements
    let areIntact = [logits.surroundingsAreIntact(), result.surroundingsAreIntact()]
    #expect(areIntact == [true, true])
    #expect(means.allSatisfy { (0...1).contains($0) })
    for (logit, value) in zip(a, means) where abs(logit) <= 87 {
      #expect(unitsInLastPlace(value, mean(logit)) <= 3, "σ(\(logit))")
    }
    for (logit, value) in zip(a, means) where abs(logit) > 87 {
      #expect(abs(Double(value) - mean(logit)) < 1e-37)
    }
  }

  /// A logit that is not finite makes the loss not finite, at any pixel.
  @Test(
    arguments: [Float.nan, -.nan, .infinity, -.infinity], [Float(0), 0.5, 1])
  func notFinite(logit: Float, pixel: Float) {
    // An infinite logit that fits its pixel costs ∞ − ∞ or 0 × ∞, which is NaN.
    for place in [0, 15, 16, 783] {
      let logits = PaddedMatrix(2, 784)
      let pixels = PaddedMatrix(2, 784)
      let losses = PaddedMatrix(2, 1)
      (logits.matrix[1, place], pixels.matrix[1, place]) = (logit, pixel)
      BernoulliLikelihood.forward(
        logits: logits.matrix, pixels: pixels.matrix, loss: losses.matrix)
      #expect(losses.matrix[0, 0].isFinite)
      #expect(!losses.matrix[1, 0].isFinite)
      BernoulliLikelihood.forwardAndBackward(
        logits: logits.matrix, pixels: pixels.matrix, scale: 1, loss: losses.matrix,
        as: Operand(logits.matrix))
      #expect(!losses.matrix[1, 0].isFinite)
    }
  }
}
