import Glibc
import Kernels
import Testing

/// Seeds are fixed, so these pass or fail for good; bounds leave a fair generator four standard
/// errors.
@Suite struct NormalTests {
  static let count = 200_000
  static let draws: [Double] = {
    // 20 a row, as the model's latents.
    let padded = PaddedMatrix(count / 20, 20)
    RandomStream(seed: 42, purpose: .training, epoch: 1)
      .fillNormal(padded.matrix, positions: 0..<count / 20)
    return padded.matrix.elements.map(Double.init)
  }()

  /// A radius √(−2 ln u) with u ≥ 2⁻²⁴ bounds them.
  @Test func range() {
    let bound = (48 * log(2.0)).squareRoot()
    #expect(Self.draws.allSatisfy { abs($0) <= bound * (1 + 0x1p-22) })
    #expect(Self.draws.map(abs).max()! > 4)
  }

  /// Moments 0, 1, 0 and 3 with the variances that the next even moments give.
  @Test func moments() {
    let n = Double(Self.count)
    #expect(abs(Self.draws.mean) < 4 * (1 / n).squareRoot())
    #expect(abs(Self.draws.moment(2) - 1) < 4 * (2 / n).squareRoot())
    #expect(abs(Self.draws.moment(3)) < 4 * (15 / n).squareRoot())
    #expect(abs(Self.draws.moment(4) - 3) < 4 * (96 / n).squareRoot())
  }

  @Test func distribution() {
    #expect(Self.draws.kolmogorovSmirnov { erfc(-$0 / 2.0.squareRoot()) / 2 } < 1.95)
  }

  /// Draws that are close to each other are uncorrelated, in a block and across blocks and rows. So
  /// are their squares.
  @Test(arguments: [1, 2, 3, 4, 5, 20])
  func neighbours(apart lag: Int) {
    let n = Self.count - lag
    let pairs = (0..<n).map { (Self.draws[$0], Self.draws[$0 + lag]) }
    #expect(abs(pairs.map { $0 * $1 }.mean) < 4 / Double(n).squareRoot())
    let squares = pairs.map { ($0 * $0 - 1) * ($1 * $1 - 1) }
    #expect(abs(squares.mean) < 4 * 2 / Double(n).squareRoot())
  }

  /// Box and Muller's formula in double precision, from the same words.
  @Test func ofWords() {
    let stream = RandomStream(seed: 5, purpose: .evaluation)
    let padded = PaddedMatrix(500, 7)
    stream.fillNormal(padded.matrix, positions: 30..<530)
    for row in 0..<500 {
      for index in 0..<7 {
        let words = stream.words(position: 30 + row, block: index / 4)
        let pair = index % 4 / 2
        let u = (Double(words[2 * pair] >> 8) + 1) / 0x1p24
        let angle = 2 * Double.pi * Double(words[2 * pair + 1] >> 8) / 0x1p24
        let expected = (-2 * log(u)).squareRoot() * (index % 2 == 0 ? cos(angle) : sin(angle))
        #expect(abs(Double(padded.matrix[row, index]) - expected) < 0x1p-20)
      }
    }
  }
}
