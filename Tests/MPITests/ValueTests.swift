import MPI
import Testing

/// Values and types that need no call of MPI between ranks.
@Suite struct ValueTests {
  @Test("thread levels are ordered as the standard orders them")
  func threadLevels() {
    #expect(ThreadLevel.allCases == [.single, .funneled, .serialized, .multiple])
    #expect(ThreadLevel.allCases == ThreadLevel.allCases.shuffled().sorted())
  }

  @Test("the library has a version before MPI is initialised")
  func versions() throws {
    #expect(try World.libraryVersion.contains("MPI"))
    #expect(try World.standardVersion >= (3, 1))
  }

  @Test("a buffer holds copies of its elements, is aligned, and can be written")
  func buffers() {
    for count in [0, 1, 7, 4096] {
      let values = (0..<count).map { Int32($0) }
      var buffer = MessageBuffer(copying: values.span)
      #expect(buffer.count == count)
      #expect(buffer.span.indices.allSatisfy { buffer.span[$0] == Int32($0) })
      var span = buffer.mutableSpan
      for index in span.indices { span[index] += 1 }
      #expect(buffer.span.indices.allSatisfy { buffer.span[$0] == Int32($0) + 1 })
      let address = buffer.span.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) }
      #expect(address % 64 == 0)
    }
  }
}
