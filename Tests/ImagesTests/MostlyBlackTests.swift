import Images
import Kernels
import Testing

/// Whether products with pixels are worth leaving zeros out of.
@Suite struct MostlyBlackTests {
  /// A set of images of two pixels, without labels.
  private func isMostlyBlack(_ count: Int, white: (Int) -> Bool) -> Bool {
    let memory = Buffer<UInt8>(repeating: 0, count: 2 * count)
    memory.bytes.withMutableSpan { span in
      for index in span.indices where white(index) { span[index] = 1 }
    }
    let shape = Dataset.Shape(count: count, rows: 1, columns: 2, hasLabels: false)
    defer { _ = memory.count }  // Lives until here.
    return Dataset(shape, in: memory.bytes).isMostlyBlack()
  }

  @Test(
    "more than half of the pixels are", arguments: [(0, true), (1, true), (2, false), (4, false)])
  func half(white: Int, isBlack: Bool) {
    #expect(isMostlyBlack(2) { $0 < white } == isBlack)
  }

  @Test("the first thousand images tell", arguments: [1000, 1001, 5000])
  func sample(count: Int) {
    #expect(isMostlyBlack(count) { $0 >= 1001 })
    #expect(!isMostlyBlack(count) { $0 < 1000 })
  }

  /// Three pixels in four of a quarter's grey are black once they are drawn, though none was before.
  @Test("of drawn pixels the average tells", arguments: [(127, true), (128, false), (64, true)])
  func drawn(grey: UInt8, isBlack: Bool) {
    let memory = Buffer<UInt8>(repeating: grey, count: 20)
    let shape = Dataset.Shape(count: 5, rows: 2, columns: 2, hasLabels: false)
    let images = Dataset(shape, in: memory.bytes)
    #expect(!images.isMostlyBlack())
    #expect(images.isMostlyBlack(.fixed) == isBlack && images.isMostlyBlack(.dynamic) == isBlack)
    _ = memory.count  // Lives until here.
  }
}
