import Images
import Kernels
import Testing

@Suite struct BatchTests {
  /// Five images of two rows and three columns: image n has the pixels 10 n … 10 n + 5.
  private static func withData(_ body: (Dataset) -> Void) {
    let memory = Buffer<UInt8>(repeating: 0, count: 35)
    let data = Dataset(Dataset.Shape(count: 5, rows: 2, columns: 3), in: memory.bytes)
    data.images.withMutableSpan { span in
      for index in span.indices { span[index] = UInt8(10 * (index / 6) + index % 6) }
    }
    body(data)
    _ = memory.count  // Lives until here.
  }

  private func batch(_ order: EpochOrder, _ positions: Range<Int>) -> [Float] {
    let memory = Buffer<Float>(repeating: .nan, count: 8 * positions.count)
    let matrix = memory.vector.matrix(rows: positions.count, columns: 6, stride: 8)
    Self.withData { $0.fill(matrix, as: Operand(matrix), order: order, positions: positions) }
    let padding = memory.vector.matrix(rows: positions.count, columns: 8).columns(6..<8)
    let isKept = padding.elements.allSatisfy { $0.isNaN }
    #expect(isKept, "the floats between rows were written")
    return matrix.elements
  }

  private func pixels(_ images: [Int]) -> [Float] {
    images.flatMap { image in (0..<6).map { Float(10 * image + $0) / 255 } }
  }

  @Test func unshuffled() {
    #expect(batch(EpochOrder(unshuffled: 5), 0..<5) == pixels([0, 1, 2, 3, 4]))
    #expect(batch(EpochOrder(unshuffled: 5), 1..<3) == pixels([1, 2]))
    #expect(batch(EpochOrder(unshuffled: 5), 4..<5) == pixels([4]))
  }

  @Test(arguments: 1...4)
  func shuffled(epoch: Int) {
    let order = EpochOrder(count: 5, seed: 3, epoch: epoch)
    let images = order.images.map { Int($0) }
    #expect(batch(order, 0..<3) + batch(order, 3..<5) == pixels(images))
  }

  @Test func mistakes() async {
    await #expect(processExitsWith: .failure) { Self.fill(rows: 2, columns: 5, 0..<2) }
    await #expect(processExitsWith: .failure) { Self.fill(rows: 1, columns: 6, 0..<2) }
    await #expect(processExitsWith: .failure) { Self.fill(rows: 2, columns: 6, 4..<6) }
  }

  private static func fill(rows: Int, columns: Int, _ positions: Range<Int>) {
    let memory = Buffer<Float>(repeating: 0, count: rows * columns)
    let matrix = memory.vector.matrix(rows: rows, columns: columns)
    withData {
      $0.fill(
        matrix, as: Operand(matrix), order: EpochOrder(unshuffled: 5), positions: positions)
    }
  }
}
