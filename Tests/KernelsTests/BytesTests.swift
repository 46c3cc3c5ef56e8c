import Kernels
import Testing

@Suite struct BytesTests {
  @Test func views() {
    let memory = Buffer<UInt8>(repeating: 0, count: 7)
    let bytes = memory.bytes
    bytes.withMutableSpan { span in
      for index in span.indices { span[index] = UInt8(10 + index) }
    }
    #expect((bytes.count, bytes[0], bytes[6]) == (7, 10, 16))
    let part = bytes[2..<5]
    #expect((part.count, part[0], part[2]) == (3, 12, 14))
    #expect(part[1..<3].elements == [13, 14])
    #expect(bytes[7..<7].elements == [])
    #expect(part.withSpan { [$0.count, Int($0[1])] } == [3, 13])
    _ = memory.count  // Lives until here.
  }

  @Test func mistakes() async {
    await #expect(processExitsWith: .failure) {
      _ = Buffer<UInt8>(repeating: 0, count: 7).bytes[2..<5][3]
    }
    await #expect(processExitsWith: .failure) {
      _ = Buffer<UInt8>(repeating: 0, count: 7).bytes[-1]
    }
    await #expect(processExitsWith: .failure) {
      _ = Buffer<UInt8>(repeating: 0, count: 7).bytes[2..<5][1..<4]
    }
    await #expect(processExitsWith: .failure) {
      _ = Bytes(UnsafeMutableBufferPointer(start: nil, count: 0))
    }
  }
}
