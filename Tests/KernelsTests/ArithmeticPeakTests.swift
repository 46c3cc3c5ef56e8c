import Kernels
import Testing

@Suite struct ArithmeticPeakTests {
  /// A cycle takes at least 1/6.5 ns, and in each the units do at most one multiply-add on every
  /// lane: two units of 16 or 8 lanes, or four of 4. A quarter of that at 1 GHz is left by a core
  /// that has other work, too.
  @Test("a core's peak is what its vector units can do")
  func order() throws {
    let peak = try #require(ArithmeticPeak(.fp32))
    let lanes = try #require(["AVX-512": 32, "AVX2": 16, "128-bit": 16][peak.instructions])
    let most = 2 * Double(lanes) * 6.5e9
    let least = 2 * Double(lanes) * 1e9 / 4
    let best = (0..<10).map { _ in peak.measure(seconds: 0.01) }.max()!
    #expect((least...most).contains(best), "\(peak.instructions): \(best)")
  }
}
