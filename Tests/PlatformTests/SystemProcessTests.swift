import Foundation
import Testing

@testable import Platform

@Suite struct SystemProcessTests {
  private let rest = " 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20"

  @Test("a name may have blanks and parentheses")
  func name() throws {
    let status = try #require(SystemProcess(7, "7 (a) b (c)) T 5\(rest)"))
    #expect(status.name == "a) b (c)")
    #expect(status.state == .stopped && status.parent == 5 && status.id == 7)
    #expect(status.start == 18)
  }

  @Test(
    "states",
    arguments: [
      ("R", SystemProcess.State.running), ("S", .asleep), ("I", .asleep), ("D", .inDevice),
      ("T", .stopped), ("t", .traced), ("Z", .ended), ("X", .ended),
    ])
  func states(letter: String, state: SystemProcess.State) {
    #expect(SystemProcess(7, "7 (x) \(letter) 5\(rest)")?.state == state)
  }

  @Test("what is no status is none", arguments: ["", "7", "7 (x) R", ") 7 (", "7 (x) R a 1"])
  func malformed(text: String) { #expect(SystemProcess(7, text) == nil) }

  @Test("this process runs, and a process that nobody has does not exist")
  func own() throws {
    let own = try #require(SystemProcess(getpid()))
    #expect(own.parent == getppid() && own.state != .stopped)
    #expect(SystemProcess(Int32.max) == nil)
  }
}
