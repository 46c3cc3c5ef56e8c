@testable import Checkpoints
import Foundation
import Platform
import Support
import Testing

@Suite struct ChecksumsTests {
  private let folder: TemporaryFolder
  /// One of them is longer than what is read at a time.
  private let names = ["a", "b c", "empty", "long"]

  init() throws {
    folder = try TemporaryFolder()
    for name in names { try write(name == "empty" ? "" : "of \(name)", to: name) }
    try write(String(repeating: "long ", count: 200_000), to: "long")
    try write(try Checksums.list(names, in: folder.url.path), to: Checksums.name)
  }

  private func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: folder.url.appendingPathComponent(name))
  }

  @Test("the list is what coreutils writes and checks")
  func list() throws {
    let ours = try Checksums.list(names, in: folder.url.path)
    let theirs = try Command(["sha256sum"] + names).run(in: folder.url).output
    #expect(ours == theirs)
  }

  @Test("what is whole passes, and is not looked at beyond its list")
  func whole() throws {
    try write("more", to: "d")
    #expect(throws: Never.self) { try Checksums.verify(names, in: folder.url.path) }
  }

  @Test("lists of other line ends are read, as coreutils reads them")
  func lineEnds() throws {
    let list = try Checksums.list(names, in: folder.url.path).replacing("\n", with: "\r\n")
    try write(list, to: Checksums.name)
    try Checksums.verify(names, in: folder.url.path)
    let check = ["sha256sum", "--check", "--strict", Checksums.name]
    #expect(try Command(check).run(in: folder.url).status == 0)
  }

  @Test("a file whose line ends were converted is told from a damaged one")
  func converted() throws {
    try write("a\nb\n", to: "a")
    try write(try Checksums.list(names, in: folder.url.path), to: Checksums.name)
    try write("a\r\nb\r\n", to: "a")
    let error = #expect(throws: Failure.self) {
      try Checksums.verify(names, in: folder.url.path)
    }
    #expect(error?.description.contains("line ends were converted") ?? false, "\(error as Any)")
  }

  @Test("what is altered, missing or not listed does not pass")
  func damaged() throws {
    func expectRefusal(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) {
      let error = #expect(throws: Failure.self, sourceLocation: sourceLocation) {
        try Checksums.verify(names + ["d"], in: folder.url.path)
      }
      #expect(error?.code == .badData, sourceLocation: sourceLocation)
      #expect(
        error?.description.contains("\(folder.url.path)/\(name) ") ?? false, "\(error as Any)",
        sourceLocation: sourceLocation)
    }
    expectRefusal("d")
    try write("more", to: "d")
    expectRefusal("d")
    try write("of A", to: "a")
    expectRefusal("a")
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("a"))
    expectRefusal("a")
  }
}
