import Foundation
@testable import Platform
import Support
import Testing

/// The limits of a shell, as proc(5) lays them out.
@Suite struct ProcessLimitTests {
  private let folder: TemporaryFolder
  private let page = sysconf(Int32(_SC_PAGESIZE))

  init() throws { folder = try TemporaryFolder() }

  private func write(space: String, data: String) throws {
    let proc = folder.url.appendingPathComponent("proc/self")
    try FileManager.default.createDirectory(at: proc, withIntermediateDirectories: true)
    let limits = """
      Limit                     Soft Limit           Hard Limit           Units
      Max cpu time              unlimited            unlimited            seconds
      Max data size             \(data)            unlimited            bytes
      Max address space         \(space)            unlimited            bytes

      """
    try Data(limits.utf8).write(to: proc.appendingPathComponent("limits"))
    try Data("1000 50 20 5 0 300 0\n".utf8).write(to: proc.appendingPathComponent("statm"))
  }

  @Test("what is used already counts, of address space all, of data the data")
  func left() throws {
    try write(space: "\(1100 * page)", data: "\(310 * page)")
    let limits = ProcessLimit.all(root: folder.url.path)
    #expect(limits.map(\.option) == ["-v", "-d"])
    #expect(limits.map(\.left) == [100 * page, 10 * page])
    try write(space: "unlimited", data: "\(200 * page)")
    #expect(ProcessLimit.all(root: folder.url.path).map(\.left) == [0])
  }

  @Test("what does not fit is refused, with what to type")
  func refused() throws {
    try write(space: "\(1000 * page + 100 << 20)", data: "unlimited")
    try ProcessLimit.require(36 << 20, for: "x", root: folder.url.path)
    let error = #expect(throws: Failure.self) {
      try ProcessLimit.require(36 << 20 + 1, for: "x", root: folder.url.path)
    }
    #expect(error?.code == .unavailable)
    #expect(
      error?.description.contains("x needs 100 MiB where ulimit -v leaves this process 100 MiB")
        ?? false, "\(error as Any)")
    try write(space: "unlimited", data: "unlimited")
    try ProcessLimit.require(1 << 60, for: "x", root: folder.url.path)
  }
}
