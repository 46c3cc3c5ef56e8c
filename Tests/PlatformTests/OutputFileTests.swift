import Foundation
@testable import Platform
import Support
import SystemPackage
import Testing

@Suite(.serialized) struct OutputFileTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() }
  }

  @Test func writing() throws {
    _ = try folder.file("a", [9, 9, 9, 9, 9, 9, 9, 9, 9, 9])
    var file = try OutputFile(creating: folder.path("a"))
    try file.write([1, 2])
    try file.write([0, 0, 0x80, 0x3f])
    try file.write([])
    #expect(file.offset == 6)
    try file.synchronize()
    try file.close()
    #expect(try folder.contents("a") == [1, 2, 0, 0, 0x80, 0x3f])
  }

  @Test func fullDisk() throws {
    var file = try OutputFile(creating: "/dev/full")
    do {
      try file.write([1])
      Issue.record("/dev/full took a byte")
    } catch let error as FileError {
      #expect(error.kind == .system(.noSpace))
      #expect(
        error.description == "/dev/full: cannot write to it: No space left on device;"
          + " free some space or choose another disk")
    }
  }

  @Test func fullDiskThroughReplace() throws {
    let error = try #require(throws: FileError.self) {
      try OutputFile.replace("/dev/full") { try $0.write([1]) }
    }
    #expect(error.problem.contains("No space left on device"))
    #expect(FileManager.default.fileExists(atPath: "/dev/full"))
  }

  @Test func noFolder() throws {
    let path = folder.path("none/a")
    let error = try #require(throws: FileError.self) {
      try OutputFile.replace(path) { try $0.write([1]) }
    }
    #expect(error.path == path)
    #expect(error.problem == "cannot create it: No such file or directory")
    #expect(error.advice.description.contains("folder exists"))
  }

  @Test func aFolderIsNoFile() throws {
    let path = folder.url.path
    let error = try #require(throws: FileError.self) {
      try OutputFile.replace(path) { try $0.write([1]) }
    }
    #expect(error.problem == "cannot create it: Is a directory")
  }

  @Test func replacing() throws {
    for bytes: [UInt8] in [[1, 2, 3], [4]] {
      try OutputFile.replace(folder.path("a")) { try $0.write(bytes) }
      #expect(try folder.contents("a") == bytes)
      #expect(try names == ["a"])
    }
  }

  @Test func failureLeavesTheOldFile() throws {
    struct Failure: Error {}
    let path = try folder.file("a", [1, 2, 3])
    #expect(throws: Failure.self) {
      try OutputFile.replace(path) { file in
        try file.write([4])
        throw Failure()
      }
    }
    #expect(try folder.contents("a") == [1, 2, 3])
    #expect(try names == ["a"])
  }

  /// A limit on the size of files makes the first `write` short and the second one fail.
  @Test func shortWriteThenFailure() throws {
    let path = try folder.file("a", [1, 2, 3])
    var old = rlimit()
    getrlimit(__rlimit_resource_t(1), &old)  // RLIMIT_FSIZE
    var limit = rlimit(rlim_cur: 1 << 20, rlim_max: old.rlim_max)
    let handler = signal(SIGXFSZ, SIG_IGN)
    setrlimit(__rlimit_resource_t(1), &limit)
    defer {
      setrlimit(__rlimit_resource_t(1), &old)
      // A thread that blocks the signal keeps it pending, though it is ignored; ignoring it again
      // discards it.
      signal(SIGXFSZ, SIG_IGN)
      signal(SIGXFSZ, handler)
    }
    let error = try #require(throws: FileError.self) {
      try OutputFile.replace(path) { try $0.write([UInt8](repeating: 7, count: 2 << 20)) }
    }
    #expect(error.problem == "cannot write to it: File too large")
    #expect(try folder.contents("a") == [1, 2, 3])
    #expect(try names == ["a"])
  }

  @Test func linksAndPermissionsStay() throws {
    let path = try folder.file("a", [1])
    #expect(chmod(path, 0o600) == 0)
    #expect(symlink("a", folder.path("link")) == 0)
    try OutputFile.replace(folder.path("link")) { try $0.write([2]) }
    #expect(try folder.contents("a") == [2])
    #expect(try names == ["a", "link"])
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    let link = try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("link"))
    #expect(link == "a")
  }

  @Test("a name without a folder is in the current one")
  func namesWithoutAFolder() {
    for name in ["a", "/a"] {
      #expect(throws: Never.self) { try OutputFile.synchronizeDirectory(of: name) }
    }
    #expect(throws: FileError.self) { try OutputFile.synchronizeDirectory(of: "nowhere/a") }
  }
}
