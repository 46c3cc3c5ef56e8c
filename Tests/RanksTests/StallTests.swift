import Foundation
import Platform
import Testing

@testable import Ranks

/// A node of pretended ranks, of whose processes the system tells nothing.
private final class Node {
  let lines: [RankActivity]
  private let memory: UnsafeMutableRawPointer

  init(_ ranks: Int) {
    let size = 8 * RankActivity.count
    memory = .allocate(byteCount: ranks * size, alignment: 8)
    memset(memory, 0, ranks * size)
    lines = (0..<ranks).map { [memory] in RankActivity(at: memory + $0 * size) }
    for (rank, line) in lines.enumerated() {
      line[.rank] = rank + 1
      line.begin(step: 7)
    }
  }

  deinit { memory.deallocate() }

  func look(
    from place: Int, _ limits: StallWatch.Limits, hosts: [String]? = nil, speaks: Bool = true
  ) -> StallLook {
    let hosts = hosts ?? lines.map { _ in HostName.own }
    return StallLook(
      StallSite(lines: lines, place: place, hosts: hosts, speaksAnyway: speaks), limits)
  }
}

extension StallLook.Finding {
  fileprivate var text: String {
    switch self {
    case .warning(let sentence): "warning: \(sentence)"
    case .notice(let sentence): "notice: \(sentence)"
    case .end(let sentence): "end: \(sentence.map { "\($0)" } ?? "-")"
    }
  }
}

extension StallLook {
  /// Looks once a second for so many seconds.
  fileprivate mutating func look(seconds: Int) -> [String] {
    (0..<seconds).flatMap { _ in look(passed: 1).map(\.text) }
  }
}

@Suite struct StallLookTests {
  @Test("who gets on is not warned of, however slowly")
  func slow() {
    let node = Node(2)
    var look = node.look(from: 0, .init(warning: 5, abort: 10))
    for _ in 0..<10 {
      #expect(look.look(seconds: 4).isEmpty)
      // One rank is enough: the others may wait for it.
      node.lines[1].advance()
    }
  }

  @Test(
    "a node that stands still is warned of, again when the time has doubled, and once it gets on")
  func stall() {
    let node = Node(2)
    node.lines[0].begin(.waitingForNode)
    var look = node.look(from: 0, .init(warning: 5))
    #expect(look.look(seconds: 4).isEmpty)
    let told = look.look(seconds: 17)
    #expect(told.count == 3, "\(told)")
    for (text, seconds) in zip(told, [5, 10, 20]) {
      #expect(
        text == "warning: no progress on \(HostName.own) for \(seconds) s, in step 7; "
          + "rank 1: computing; rank 0: waiting for this host's other ranks")
    }
    node.lines[0].advance()
    #expect(look.look(seconds: 1) == ["notice: \(HostName.own) gets on again after 21 s"])
    #expect(look.look(seconds: 4).isEmpty)
    #expect(look.look(seconds: 1).count == 1)
  }

  @Test("the lowest rank that still looks speaks, and all ranks end")
  func speaker() {
    let node = Node(3)
    var looks = (0..<3).map { node.look(from: $0, .init(warning: 2, abort: 8)) }
    var told = [[String]](repeating: [], count: 3)
    for second in 0..<8 {
      // Rank zero's process is stopped, and its watch with it.
      for place in 1..<3 { told[place] += looks[place].look(passed: 1).map(\.text) }
      if second < 4 { #expect(told[2].isEmpty) }
    }
    #expect(told[1].count == 2 && told[1][0].hasPrefix("warning: no progress"), "\(told)")
    #expect(told[1].last?.hasSuffix("; the job ends, as stall-abort asks for") == true, "\(told)")
    #expect(told[2] == ["end: -"])
  }

  @Test("before the first step a node has ten times as long")
  func early() {
    let node = Node(1)
    node.lines[0][.step] = 0
    var look = node.look(from: 0, .init(abort: 3))
    #expect(look.look(seconds: 29).isEmpty)
    #expect(look.look(seconds: 1).count == 1)
  }

  @Test("a rank that waits for messages is asked for whose")
  func asked() throws {
    let node = Node(1)
    var look = node.look(from: 0, .init(warning: 60))
    #expect(!node.lines[0].isAsked)
    _ = look.look(seconds: 3)
    #expect(node.lines[0].isAsked)
    node.lines[0].tell(missing: [5, 3, 9])
    #expect(!node.lines[0].isAsked && node.lines[0][.missing] == 4 && node.lines[0][.others] == 2)
    node.lines[0].begin(.computing)
    #expect(node.lines[0][.missing] == 0)
  }

  @Test(
    "where many nodes wait for another, most say nothing, but those with a rank that is behind do")
  func quiet() {
    let node = Node(1)
    // No host has a name like these, so none is asked whether it can be reached.
    let hosts = [HostName.own]
    var look = node.look(from: 0, .init(warning: 2), hosts: hosts, speaks: false)
    node.lines[0].begin(.waitingForMessages)
    #expect(look.look(seconds: 3).isEmpty)
    node.lines[0].begin(.saving)
    #expect(look.look(seconds: 3).count == 1)
  }

  @Test("time in which a rank did not run is told, and does not count")
  func gap() {
    let node = Node(1)
    var look = node.look(from: 0, .init(warning: 5, abort: 8))
    #expect(
      look.look(passed: 1, gap: 100).map(\.text) == [
        "warning: rank 0 on \(HostName.own) did not run for 100 s: it was stopped, or the machine asleep"
      ])
    #expect(look.look(passed: 1, gap: 4).isEmpty)
    withExtendedLifetime(node) {}
  }

  @Test("a rank that did not run begins to count anew: what it saw before is no longer so")
  func anew() {
    let node = Node(1)
    var look = node.look(from: 0, .init(abort: 8))
    #expect(look.look(seconds: 7).isEmpty)
    #expect(look.look(passed: 1, gap: 100).isEmpty)
    #expect(look.look(seconds: 7).isEmpty)
    #expect(look.look(seconds: 1).count == 1)
  }

  @Test(
    "of ranks that all did not run the first speaks, and one that alone did not speaks for itself")
  func gaps() {
    let node = Node(2)
    var look = node.look(from: 1, .init(warning: 5))
    node.lines[0][.beat] += 1
    #expect(look.look(passed: 1, gap: 100).isEmpty)
    node.lines[0][.beat] += 100
    #expect(look.look(passed: 1, gap: 100).count == 1)
    withExtendedLifetime(node) {}
  }
}

@Suite struct StallReportTests {
  private func stand(
    _ rank: Int, _ stage: RankActivity.Stage, _ state: SystemProcess.State? = .running,
    missing: (rank: Int, others: Int)? = nil
  ) -> StallReport.Stand {
    StallReport.Stand(
      rank: rank, process: 4711, stage: stage, seconds: 60, state: state, missing: missing)
  }

  private func report(_ stands: [StallReport.Stand], step: Int = 3) -> StallReport {
    StallReport(
      host: "left", step: step, stands: stands, hosts: ["left", "left", "left", "right", "right"])
  }

  private func text(_ report: StallReport) -> String { "\(report.sentence(after: 60))" }

  @Test("who is behind comes first, and who does the same is told of together")
  func order() {
    let report = report([
      stand(0, .waitingForNode), stand(1, .waitingForNode), stand(2, .saving, .inDevice),
    ])
    #expect(
      text(report)
        == "no progress on left for 60 s, in step 3; rank 2: waiting for a disk or another device while "
        + "writing a checkpoint; ranks 0 and 1: waiting for this host's other ranks")
  }

  @Test("a rank that waits is behind where it is stopped, too")
  func stopped() {
    let report = report([stand(0, .waitingForMessages, .stopped)], step: 0)
    #expect(report.hasCulprit)
    #expect(
      text(report)
        == "no progress on left for 60 s, before the first step; rank 0: stopped by a signal, which kill "
        + "-CONT 4711 there undoes, while waiting for messages of other hosts' ranks")
  }

  @Test(
    "what the system tells of a rank that is behind",
    arguments: [
      (SystemProcess.State.running, "busy all the time, computing"),
      (.asleep, "asleep while computing"),
      (.traced, "stopped by a debugger while computing"), (.ended, "ended while computing"),
    ])
  func states(state: SystemProcess.State, words: String) {
    #expect(text(report([stand(0, .computing, state)])).hasSuffix("; rank 0: \(words)"))
  }

  @Test("whose messages are missing, and whether their hosts can be reached")
  func missing() {
    var report = report([stand(0, .waitingForMessages, missing: (rank: 3, others: 1))])
    #expect(!report.hasCulprit)
    #expect(
      text(report)
        == "no progress on left for 60 s, in step 3; rank 0: waiting for rank 3 on right and 1 other; "
        + "right can be reached")
    report.silent = ["right"]
    report.unanswered = ["10.0.0.2"]
    #expect(
      text(report).hasSuffix(
        "; no answer on the port of ssh from right; what this host sends to 10.0.0.2 is not acknowledged"
      ))
    report.silent = nil
    #expect(text(report).hasSuffix("other; what this host sends to 10.0.0.2 is not acknowledged"))
  }
}
