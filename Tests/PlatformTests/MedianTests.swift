import Platform
import Testing

@Suite struct MedianTests {
  @Test(
    "the middle value, or the mean of the two",
    arguments: [
      ([3], 3), ([5, 1, 3], 3), ([4, 1, 3, 2], 2.5), ([1, 1, 100], 1), ([2, 4], 3), ([], nil),
    ] as [([Double], Double?)])
  func median(values: [Double], expected: Double?) { #expect(values.median == expected) }
}
