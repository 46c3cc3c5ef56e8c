import Glibc
import Testing

@testable import Kernels

/// The elementary functions against the C library's in double precision.
@Suite struct TranscendentalsTests {
  /// Every `step`-th float of a range of one sign, by bit pattern, and the last.
  private func floats(_ first: Float, _ last: Float, step: Int = 4099) -> [Float] {
    let patterns = stride(from: Int(first.bitPattern), to: Int(last.bitPattern), by: step)
    return patterns.map { Float(bitPattern: UInt32($0)) } + [last]
  }

  @Test(arguments: [(Float(0), Float(88)), (-0.0, -87)])
  func exponentials(from first: Float, to last: Float) {
    let worst = floats(first, last).map { unitsInLastPlace(exponential($0), exp(Double($0))) }
    #expect(worst.max()! <= 1)
  }

  /// Numbers on both sides of each ½ n ln 2, where the power of two changes.
  @Test func exponentialsBetweenPowers() {
    for half in -250...253 {
      let x = Float(Double(half) / 2 * log(2))
      for near in [x.nextDown, x, x.nextUp] {
        #expect(unitsInLastPlace(exponential(near), exp(Double(near))) <= 1, "e^\(near)")
      }
    }
  }

  @Test func exponentialsAreExactWherePossible() {
    #expect(exponential(0) == 1)
    #expect(exponential(-0.0) == 1)
    #expect(exponential(.leastNonzeroMagnitude) == 1)
  }

  @Test(arguments: [Float(88).nextUp, 89, 1e4, .greatestFiniteMagnitude, .infinity])
  func exponentialIsClamped(beyond x: Float) {
    #expect(exponential(x) == exponential(88))
    #expect(exponential(-x) == exponential(-87))
    #expect(exponential(88).isNormal && exponential(-87).isNormal)
  }

  @Test func exponentialOfNaN() {
    #expect(exponential(.nan).isNaN)
    #expect(exponential(-.nan).isNaN)
    #expect(exponential(.signalingNaN).isNaN)
  }

  @Test func logarithms() {
    let worst = floats(.leastNormalMagnitude, .greatestFiniteMagnitude)
      .map { unitsInLastPlace(logarithm($0), log(Double($0))) }
    #expect(worst.max()! <= 1)
  }

  /// The roots of powers of two, where the exponent changes, and the neighbours of 1, where the
  /// logarithm itself is small.
  @Test func logarithmsBetweenPowers() {
    for half in -251...255 {
      let x = Float(exp2(Double(half) / 2))
      for near in [x.nextDown, x, x.nextUp] where near != 1 {
        #expect(unitsInLastPlace(logarithm(near), log(Double(near))) <= 1, "ln \(near)")
      }
    }
    let worst = floats(0.999, 1.001, step: 7).filter { $0 != 1 }
      .map { unitsInLastPlace(logarithm($0), log(Double($0))) }
    #expect(worst.max()! <= 1)
    #expect(logarithm(1) == 0)
  }

  @Test func cosinesAndSines() {
    let grid = (0...4096).map { Float($0) / 4096 }
    let changes = [Float(0.125), 0.375, 0.625, 0.875].flatMap { [$0.nextDown, $0.nextUp] }
    for turns in grid + changes + floats(0, 1) {
      let (cosine, sine) = cosineAndSine(turns: turns)
      let angle = 2 * Double.pi * Double(turns)
      let error = max(abs(Double(cosine) - cos(angle)), abs(Double(sine) - sin(angle)))
      #expect(error <= 0x1p-23, "\(turns) turns")
    }
  }

  @Test func quarterTurnsAreExact() {
    for (turns, cosine, sine) in [(0, 1, 0), (0.25, 0, 1), (0.5, -1, 0), (0.75, 0, -1), (1, 1, 0)] {
      #expect(cosineAndSine(turns: Float(turns)) == (Float(cosine), Float(sine)))
    }
  }
}
