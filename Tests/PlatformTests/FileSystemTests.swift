import Foundation
@testable import Platform
import Support
import Testing

@Suite struct FileSystemTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { "\(folder.url.path)/\(name)" }

  private func directory(_ name: String, holding text: String) throws {
    try FileSystem.makeDirectory(path(name))
    try Data(text.utf8).write(to: URL(fileURLWithPath: path("\(name)/file")))
  }

  @Test("directories are made with those above them, and may be there already")
  func make() throws {
    for name in ["a/b/c", "a/b/c", "a/b/d/", "a"] {
      try FileSystem.makeDirectory(path(name))
      #expect(FileSystem.isDirectory(path(name)))
    }
    #expect(try FileSystem.makeDirectory(path("a/e/f")) == [path("a/e"), path("a/e/f")])
    #expect(try FileSystem.makeDirectory(path("a/e/f")) == [])
    let long = String(repeating: "x", count: 300)
    #expect(throws: FileError.self) { try FileSystem.makeDirectory(path("g/h/\(long)")) }
    #expect(try FileSystem.names(in: folder.url.path) == ["a"])
  }

  @Test("a directory takes the place of another as a whole")
  func install() throws {
    try directory("new", holding: "1")
    try FileSystem.install(path("new"), at: path("target"))
    #expect(try FileSystem.read(path("target/file")) == "1")
    try directory("new", holding: "2")
    try directory("target/more", holding: "")
    try FileSystem.install(path("new"), at: path("target"))
    #expect(try FileSystem.read(path("target/file")) == "2")
    #expect(try FileSystem.names(in: folder.url.path) == ["target"])
    #expect(try FileSystem.names(in: path("target")) == ["file"])
  }

  @Test("a link is replaced, and may lead nowhere")
  func link() throws {
    #expect(FileSystem.destination(ofLink: path("link")) == nil)
    for destination in ["one", "two"] {
      try FileSystem.link(path("link"), to: destination)
      #expect(FileSystem.destination(ofLink: path("link")) == destination)
      #expect(FileSystem.exists(path("link")) && !FileSystem.isDirectory(path("link")))
    }
    // What a link that was never finished left is in nobody's way.
    try FileSystem.link(path("link.new"), to: "nowhere")
    try FileSystem.link(path("link"), to: "three")
    #expect(try FileSystem.names(in: folder.url.path) == ["link"])
    try FileSystem.makeDirectory(path("folder"))
    let error = #expect(throws: FileError.self) {
      try FileSystem.link(path("folder"), to: "one")
    }
    #expect(error?.description.contains("this is a folder") ?? false, "\(error as Any)")
    #expect(try FileSystem.names(in: folder.url.path) == ["folder", "link"])
  }

  @Test(
    "a path's directory",
    arguments: [("a", "."), ("/a", "/"), ("a/b", "a"), ("/a/b", "/a"), ("./a", ".")])
  func parent(path: String, expected: String) {
    #expect(FileSystem.parent(of: path) == expected)
  }

  /// The prefix of a set's files is such a name.
  @Test("a name that nothing has is resolved with its directory", arguments: ["", "/"])
  func resolved(end: String) throws {
    try FileSystem.makeDirectory(path("a/b"))
    try FileSystem.link(path("link"), to: "a")
    let real = FileSystem.resolved(path("a/b"))
    #expect(FileSystem.resolved(path("link/b/../b/none\(end)")) == "\(real)/none")
    #expect(FileSystem.resolved("none\(end)") == "\(FileSystem.resolved("."))/none")
    #expect(FileSystem.resolved(path("none/none\(end)")) == path("none/none\(end)"))
    #expect(FileSystem.resolved("/none\(end)") == "/none")
  }

  @Test("errors tell the path, what was tried and why it failed")
  func errors() throws {
    let missing = path("missing/file")
    let error = #expect(throws: FileError.self) { try FileSystem.read(missing) }
    #expect(error?.code == .inputOutput)
    #expect(error?.description.contains("\(missing): cannot read it: No such file") ?? false)
    let directory = #expect(throws: FileError.self) { try FileSystem.read(folder.url.path) }
    #expect(directory?.description.contains("Is a directory") ?? false, "\(directory as Any)")
  }
}
