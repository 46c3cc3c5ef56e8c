import Kernels
import Testing

@Suite struct PixelsTests {
  /// All bytes, as PyTorch's `ToTensor` divides them.
  @Test func everyByte() {
    let bytes = (0...255).map { UInt8($0) }
    let padded = PaddedMatrix(1, 256, padding: 1)
    let (span, first) = (bytes.span, [UInt32(0)])
    fillPixels(padded.matrix, as: Operand(padded.matrix), from: span, images: first.span)
    for byte in 0...255 {
      // Division rounds to the float nearest to the true quotient, and so does the conversion of
      // the quotient in double precision.
      #expect(padded.matrix[0, byte] == Float(Double(byte) / 255))
    }
    #expect((padded.matrix[0, 0], padded.matrix[0, 255]) == (0, 1))
    let isIntact = padded.surroundingsAreIntact()
    #expect(isIntact)
  }

  /// Row n shows image number `images[n]`, any of them, any number of times.
  @Test func imagesByNumber() {
    let bytes = (0..<15).map { UInt8($0) }
    let images: [UInt32] = [4, 0, 0, 2]
    let padded = PaddedMatrix(4, 3, padding: 5)
    let rounded = PaddedOperand(
      4, 3, values: [Float](repeating: 9, count: 12), padding: 2, precision: .bf16)
    fillPixels(padded.matrix, as: rounded.operand, from: bytes.span, images: images.span)
    let expected: [Float] = [12, 13, 14, 0, 1, 2, 0, 1, 2, 6, 7, 8]
    #expect(padded.matrix.elements == expected.map { $0 / 255 })
    #expect(rounded.operand.elements == expected.map { BFloat16($0 / 255).float })
    let isIntact = padded.surroundingsAreIntact()
    #expect(isIntact)
  }
}
