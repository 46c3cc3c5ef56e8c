import Foundation
@testable import Platform
@testable import Ranks
import Support
import Testing

/// What is removed of killed jobs: what surely nobody uses.
@Suite(.enabled(if: ProcessCensus() != nil, "not all processes can be seen here"))
struct LeftoversTests {
  private let memory = "/dev/shm/lockstep-test-\(UUID().uuidString)"
  private let folder: TemporaryFolder
  private var temporary: String { folder.url.path }
  private let owner = "\(HostName.own).\(getuid())"

  init() throws { folder = try TemporaryFolder() }

  /// Makes a file, or a folder, that was last changed so many seconds ago.
  private func make(_ path: String, isFolder: Bool = false, age: Double) throws {
    let files = FileManager.default
    try files.createDirectory(
      atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
      withIntermediateDirectories: true)
    if isFolder {
      try files.createDirectory(atPath: path, withIntermediateDirectories: true)
    } else {
      try Data(repeating: 1, count: 4096).write(to: URL(fileURLWithPath: path))
    }
    try files.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: path)
  }

  private func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  @Test("shared memory that nobody has, but none that is young, foreign or in use")
  func memoryFiles() throws {
    defer { try? FileManager.default.removeItem(atPath: memory) }
    let kept = [
      "sm_segment.elsewhere.\(getuid()).1.0", "vader_segment.\(HostName.own).99999.1.0",
      "vader_segment.\(owner).2.0", "vader_segment.\(owner).3.0", "x",
    ].sorted()
    for name in kept + ["vader_segment.\(owner).1.0", "sm_segment.\(owner).1.0"] {
      try make("\(memory)/\(name)", age: name.hasSuffix(".2.0") ? 5 : 600)
    }
    let used = open("\(memory)/vader_segment.\(owner).3.0", O_RDWR)
    let address = mmap(nil, 4096, PROT_READ, MAP_SHARED, used, 0)
    close(used)
    defer { munmap(address, 4096) }
    Leftovers.remove(memory: memory, temporary: temporary)
    #expect(try names(in: memory) == kept)
  }

  @Test("the session's folder of a launcher that is gone")
  func sessions() throws {
    defer { try? FileManager.default.removeItem(atPath: memory) }
    let sessions = "\(temporary)/ompi.\(owner)"
    // No process has a number beyond the greatest that there may be.
    for (name, age) in [
      ("pid.4194305", 600.0), ("pid.4194306", 5), ("pid.\(getpid())", 600), ("pid.x", 600),
      ("jf.1", 600),
    ] {
      try make("\(sessions)/\(name)/contact.txt", age: age)
      try make("\(sessions)/\(name)", isFolder: true, age: age)
    }
    Leftovers.remove(memory: memory, temporary: temporary)
    #expect(
      try names(in: sessions) == ["jf.1", "pid.\(getpid())", "pid.4194306", "pid.x"].sorted())
  }
}
