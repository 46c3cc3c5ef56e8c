@testable import MPI
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

  @Test(
    "a library is named as people name it",
    arguments: [
      ("Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4, May 26, 2022", "Open MPI 4.1.4"),
      ("MPICH Version:\t4.0.2\nMPICH Release date:\tThu Apr  7 12:34:45 CDT 2022\n", "MPICH 4.0.2"),
      ("MPICH Version:      5.0.2\nMPICH Release date: now\n", "MPICH 5.0.2"),
      ("Intel(R) MPI Library 2021.19.0 for Linux* OS\n", "Intel MPI 2021.19.0"),
      (
        "MPI VERSION    : CRAY MPICH version 8.1.28.2 (ANL base 3.4a2)\n",
        "MPI VERSION : CRAY MPICH version 8.1.28.2 (ANL base 3.4a2)"
      ),
      ("", ""),
    ])
  func name(version: String, name: String) { #expect(World.libraryName(in: version) == name) }

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
