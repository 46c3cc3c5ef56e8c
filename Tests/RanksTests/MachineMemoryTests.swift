import Foundation
import Platform
@testable import Ranks
import Support
import Testing

/// The memory of a machine without control groups, as a file that looks like /proc/meminfo tells it.
@Suite struct MachineMemoryTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func root(_ text: String) throws -> String {
    let proc = folder.url.appendingPathComponent("proc")
    try FileManager.default.createDirectory(at: proc, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: proc.appendingPathComponent("meminfo"))
    return folder.url.path
  }

  @Test(
    "the system tells the memory that is left in KiB",
    arguments: [
      ("MemTotal: 9000 kB\nMemFree: 1 kB\nMemAvailable:       3072 kB\nBuffers: 7 kB\n", 3 << 20),
      ("MemAvailable: 0 kB\n", 0), ("MemTotal: 9000 kB\nMemFree: 1 kB\n", nil),
      ("MemAvailable:\n", nil), ("MemAvailable: much kB\n", nil), ("", nil),
    ])
  func available(text: String, bytes: Int?) throws {
    #expect(MachineMemory.available(root: try root(text)) == bytes)
  }

  @Test("without the file nothing is known, and nothing is refused")
  func none() throws {
    #expect(MachineMemory.available(root: folder.url.path) == nil)
    try MachineMemory.require(.max, ranks: 2, for: "x", advice: "y", root: folder.url.path)
  }

  @Test(
    "what a machine cannot hold is refused, in one sentence",
    arguments: [(1, "this machine has"), (4, "the machine of these 4 ranks has")])
  func refusal(ranks: Int, whose: String) throws {
    let root = try root("MemAvailable: 3072 kB\n")
    try MachineMemory.require(3 << 20, ranks: ranks, for: "this", advice: "wait", root: root)
    let error = try #require(throws: Failure.self) {
      try MachineMemory.require(5 << 20, ranks: ranks, for: "this", advice: "wait", root: root)
    }
    #expect(error.code == .unavailable)
    #expect(error.description == "this needs 5 MiB where \(whose) 3 MiB left: wait")
    #expect(throws: Failure.self) {
      try MachineMemory.require(3 << 20 + 1, ranks: ranks, for: "this", advice: "wait", root: root)
    }
  }

  @Test("a directory that is not there has no room to look at")
  func room() throws {
    #expect(SharedMemoryRoom(folder.path("none")) == nil)
    let room = try #require(SharedMemoryRoom(folder.url.path))
    #expect(room.directory == folder.url.path && room.size > 0 && (0...room.size) ~= room.free)
  }
}
