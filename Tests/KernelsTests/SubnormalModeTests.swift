import Kernels
import Testing

@Suite struct SubnormalModeTests {
  /// Not inlined, because the compiler would compute a product of constants itself.
  @inline(never)
  private func product(_ a: Float, _ b: Float) -> Float { a * b }

  @Test("subnormal operands and results are zeros, until the mode is restored")
  func flushes() {
    let (small, smallest) = (Float.leastNormalMagnitude, Float.leastNonzeroMagnitude)
    let mode = SubnormalMode.current
    SubnormalMode.flushing.set()
    let flushed = [product(small, 0.5), product(smallest, 1e30), product(small, 2)]
    mode.set()
    #expect(flushed == [0, 0, 2 * small])
    #expect(product(small, 0.5) == small / 2 && product(smallest, 1e30) > 0)
  }
}
