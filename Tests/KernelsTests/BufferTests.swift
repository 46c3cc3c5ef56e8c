import Kernels
import Testing

@Suite struct BufferTests {
  @Test(arguments: [0, 1, 2, 15, 16, 17, 1000])
  func alignedAndFilled(count: Int) {
    let floats = Buffer<Float>(repeating: -1.5, count: count)
    let span = floats.span
    #expect(floats.count == count)
    #expect(span.count == count)
    #expect(span.indices.allSatisfy { span[$0] == -1.5 })
    #expect(address(span) % 64 == 0)
  }

  @Test func alignedWhateverTheElement() {
    let bytes = Buffer<UInt8>(repeating: 7, count: 3)
    let doubles = Buffer<Double>(repeating: 8, count: 3)
    let byteSpan = bytes.span
    let doubleSpan = doubles.span
    #expect(address(byteSpan) % 64 == 0)
    #expect(address(doubleSpan) % 64 == 0)
    #expect([byteSpan[0], byteSpan[1], byteSpan[2]] == [7, 7, 7])
    #expect([doubleSpan[0], doubleSpan[1], doubleSpan[2]] == [8, 8, 8])
    #expect(Buffer<Float>.alignment == 64)
  }

  @Test func spansAndVectorSeeTheSameFloats() {
    var buffer = Buffer<Float>(repeating: 0, count: 3)
    var span = buffer.mutableSpan
    span[0] = 1
    span[2] = 3
    let vector = buffer.vector
    #expect(vector.count == 3)
    #expect((vector[0], vector[1], vector[2]) == (1, 0, 3))
    vector[1] = 2
    let read = buffer.span
    #expect((read[0], read[1], read[2]) == (1, 2, 3))
  }

  private func address<Element: BitwiseCopyable>(_ span: Span<Element>) -> Int {
    span.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) }
  }
}
