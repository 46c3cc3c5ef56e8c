import Kernels
import Testing

@Suite struct ArithmeticPeakTests {
  /// No core that runs this test does less than 0.05 GFLOP/s or more than 2 TFLOP/s.
  @Test("a core's peak is of the right order")
  func order() throws {
    let peak = try #require(ArithmeticPeak(.fp32))
    let operations = peak.measure(seconds: 0.02)
    #expect(operations > 5e7 && operations < 2e12, "\(operations)")
    #expect(!peak.instructions.isEmpty)
  }
}
