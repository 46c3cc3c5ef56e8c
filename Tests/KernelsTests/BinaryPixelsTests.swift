import Kernels
import Testing

/// Black and white images drawn from grey ones.
@Suite struct BinaryPixelsTests {
  private static let stream = RandomStream(seed: 0, purpose: .fixedPixels, epoch: 1)

  /// Images of 7 pixels, which are no whole number of blocks of four words; all bytes come up.
  private static let width = 7
  private static let bytes = (0..<width * 1024).map { UInt8(truncatingIfNeeded: $0 / 3) }

  /// The rows of the images `numbers`, and what is in the operand beside them.
  private func draw(
    _ numbers: [UInt32], precision: Precision = .fp32, draws: RandomStream = stream
  ) -> (floats: [Float], operand: [Float]) {
    let bytes = Self.bytes
    let padded = PaddedMatrix(numbers.count, Self.width, padding: 3)
    let rounded = PaddedOperand(
      numbers.count, Self.width,
      values: [Float](repeating: 9, count: numbers.count * Self.width), padding: 2,
      precision: .bf16)
    let operand = precision == .fp32 ? Operand(padded.matrix) : rounded.operand
    fillBinaryPixels(
      padded.matrix, as: operand, from: bytes.span, images: numbers.span, draws: draws)
    let drawn = (padded.matrix.elements, operand.elements)
    let isIntact = padded.surroundingsAreIntact()
    #expect(isIntact)
    return drawn
  }

  /// The definition, in whole numbers that do not overflow: word / 2³² < byte / 255.
  @Test("a pixel is white where its draw is less than its grey value", arguments: [0, 1, 5, 1023])
  func definition(image: Int) {
    let pixels = draw([UInt32(image)]).floats
    for pixel in 0..<Self.width {
      let word = Self.stream.words(position: image, block: pixel / 4)[pixel % 4]
      let byte = Self.bytes[image * Self.width + pixel]
      #expect(pixels[pixel] == (UInt64(word) * 255 < UInt64(byte) << 32 ? 1 : 0), "pixel \(pixel)")
    }
  }

  @Test("black stays black and white white, and grey is drawn as often as it is light")
  func frequencies() {
    let pixels = draw((0..<1024).map { UInt32($0) }).floats
    #expect(pixels.allSatisfy { $0 == 0 || $0 == 1 })
    var (whites, expected, variance) = (0.0, 0.0, 0.0)
    for (pixel, byte) in zip(pixels, Self.bytes) {
      if byte == 0 || byte == 255 { #expect(pixel == Float(byte) / 255) }
      let probability = Double(byte) / 255
      whites += Double(pixel)
      expected += probability
      variance += probability * (1 - probability)
    }
    #expect(abs(whites - expected) < 4 * variance.squareRoot())
  }

  @Test("an image is the same in any row, and in either precision")
  func rows() {
    let one = draw([3]).floats
    let many = draw([5, 3, 3, 0])
    #expect(Array(many.floats[7..<14]) == one && Array(many.floats[14..<21]) == one)
    #expect(many.operand == many.floats)
    let rounded = draw([5, 3, 3, 0], precision: .bf16)
    #expect(rounded.floats == many.floats && rounded.operand == many.floats)
  }

  @Test("other streams draw other images")
  func streams() {
    let numbers = (0..<20).map { UInt32($0 + 20) }
    let draws = [
      Self.stream, RandomStream(seed: 0, purpose: .fixedPixels),
      RandomStream(seed: 1, purpose: .dynamicPixels, epoch: 1),
      RandomStream(seed: 1, purpose: .dynamicPixels, epoch: 2),
      RandomStream(seed: 2, purpose: .dynamicPixels, epoch: 1),
    ].map { draw(numbers, draws: $0).floats }
    #expect(Set(draws).count == draws.count)
  }
}
