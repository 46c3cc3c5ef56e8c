@testable import Images
import Kernels
import Testing

@Suite final class HoldingOutTests {
  private static let count = 5
  private let memory = Buffer<UInt8>(repeating: 0, count: count * 7)

  /// Five images of 2 × 3 pixels, each of one grey, with or without labels.
  private func dataset(hasLabels: Bool) -> Dataset {
    let shape = Dataset.Shape(count: Self.count, rows: 2, columns: 3, hasLabels: hasLabels)
    let bytes = memory.bytes[0..<shape.byteCount]
    bytes.withMutableSpan { span in
      for index in span.indices { span[index] = UInt8(index < 30 ? index / 6 : 100 + index - 30) }
    }
    return Dataset(shape, in: bytes)
  }

  private func elements(_ bytes: Bytes) -> [UInt8] {
    bytes.withSpan { span in span.indices.map { span[$0] } }
  }

  @Test("the last images and their labels are held out", arguments: [true, false], 1...4)
  func last(hasLabels: Bool, count: Int) throws {
    let (rest, last) = dataset(hasLabels: hasLabels).holdingOut(count)
    let held = try #require(last)
    #expect((rest.count, held.count) == (5 - count, count))
    #expect((held.rows, held.columns, held.shape.hasLabels) == (2, 3, hasLabels))
    #expect(
      (0..<rest.count).allSatisfy {
        elements(rest.image($0)) == [UInt8](repeating: UInt8($0), count: 6)
      })
    #expect(elements(held.image(0)) == [UInt8](repeating: UInt8(5 - count), count: 6))
    #expect(elements(held.labels) == (hasLabels ? (105 - count..<105).map(UInt8.init) : []))
    #expect(elements(rest.labels).count == (hasLabels ? 5 - count : 0))
  }

  @Test("holding out none leaves all")
  func none() {
    let (rest, last) = dataset(hasLabels: true).holdingOut(0)
    #expect(rest.count == 5 && last == nil)
  }
}
