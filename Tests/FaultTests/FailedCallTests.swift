import Foundation
import Support
import Testing

/// Calls of the operating system that fail in the middle of a run, one at a time and all from then on: of the
/// run's calls on its directory each is hit in turn, those of a save among them.
@Suite struct FailedCallTests {
  /// An error, and the row that tells of it.
  struct Refusal: CustomTestStringConvertible {
    let row: String
    let error: CInt
    var testDescription: String { row }
  }

  private static let refusals = [
    Refusal(row: "EIO", error: EIO), Refusal(row: "ENOSPC", error: ENOSPC),
    Refusal(row: "EROFS", error: EROFS), Refusal(row: "EMFILE", error: EMFILE),
  ]

  /// Whether the kernel may answer a call with an error.
  private func mayFail(_ call: Shim.Call, with error: CInt) -> Bool {
    let isOpening = ["open", "opendir", "tmpfile"].contains(call.name)
    switch error {
    case EMFILE: return isOpening
    case EIO: return true
    default: return !["opendir", "read", "close"].contains(call.name)
    }
  }

  @Test("one call that fails is told, and costs at most a checkpoint", arguments: refusals)
  func once(refusal: Refusal) throws {
    let promise = try Promise(refusal.row)
    for number in Extent.of(1...(try Undisturbed.callCount.get()), few: 6) {
      let run = try Undisturbed()
      let calls = run.folder.path("calls")
      let outcome = try run.job([
        "FAULT_AT": "\(number)", "FAULT_ERROR": "\(refusal.error)", "FAULT_CALLS": calls,
      ]).command.run()
      guard let call = try Shim.calls(calls).first(where: { $0.number == number }),
        mayFail(call, with: refusal.error)
      else { continue }
      let comment = "\(refusal.row) of call \(number), \(call.name) \(call.paths)"
      #expect([0, 74].contains(outcome.status), "\(outcome.reported) \(comment)")
      if outcome.status == 74 {
        promise.expect(outcome)
        // What a failed save told may stand before the sentence that ends the run.
        #expect(
          promise.words.allSatisfy { outcome.told.last?.contains($0) == true }, "\(outcome.errors)")
      } else {
        // What was not told cost nothing: the last checkpoint is there.
        #expect(try run.isFinished(), "\(outcome.reported) \(comment)")
      }
      #expect(
        outcome.told.allSatisfy { $0.hasPrefix("lockstep: ") }, "\(outcome.reported) \(comment)")
      try run.expectSameEnd(comment)
    }
  }

  /// Only rank zero knows of the failure, and all ranks end.
  @Test("one call that fails is no reason for other ranks to wait")
  func onRanks() throws {
    let promise = try Promise("EIO")
    let last = try Undisturbed.callCount.get() / 5
    for number in Extent.of(1...last, few: 3).map({ 5 * $0 }) {
      let run = try Undisturbed()
      let outcome = try run.job(
        ["FAULT_AT": "\(number)", "FAULT_ERROR": "\(EIO)"], on: .ranks(2)
      ).failing.run()
      if outcome.status != 0 { promise.expect(outcome) }
      try run.expectSameEnd("EIO of call \(number) on two ranks")
    }
  }

  @Test("a disk that fails for good ends the run", arguments: refusals)
  func forGood(refusal: Refusal) throws {
    let promise = try Promise("\(refusal.row)-for-good")
    for number in Extent.of(1...(try Undisturbed.callCount.get()), few: 3).dropLast() {
      let run = try Undisturbed()
      let outcome = try run.job([
        "FAULT_AT": "+\(number)", "FAULT_ERROR": "\(refusal.error)",
      ]).command.run()
      let isDone = outcome.status == 0
      if isDone {
        #expect(try run.isFinished(), "\(refusal.row) from call \(number)")
      } else {
        promise.expect(outcome)
      }
      try run.expectSameEnd("\(refusal.row) from call \(number) on")
    }
  }

  /// Each call is interrupted, and passes when it is repeated; or half of what is written is taken.
  private static let mayTrace =
    (try? Command(["strace", "-o", "/dev/null", "true"]).run().status) == 0

  /// The kernel's calls, by the library's names for them.
  private static let names = [
    "openat": "open", "write": "write", "fsync": "fsync", "rename": "rename", "mkdir": "mkdir",
    "linkat": "linkat", "symlink": "symlink", "unlink": "unlink", "rmdir": "rmdir",
    "renameat2": "exchange", "ftruncate": "ftruncate",
  ]

  /// A call that the library does not see could not fail here. strace sees all that reach the kernel.
  @Test(
    "no call on the run directory escapes the library that lets them fail",
    .enabled(if: mayTrace, "strace is not installed, or may not trace"))
  func complete() throws {
    let run = try Undisturbed()
    let (calls, trace) = (run.folder.path("calls"), run.folder.path("trace"))
    let job = try run.job(["FAULT_CALLS": calls])
    // The environment is for the job alone, not for strace.
    let settings = job.command.environment.map { ["-E", "\($0.key)=\($0.value)"] }.flatMap { $0 }
    let words = ["strace", "-f", "-y", "-qq", "-e", "signal=none", "-o", trace] + settings
    let outcome = try Command(words + job.command.words).run()
    #expect(outcome.status == 0, "\(outcome.reported)")
    var (traced, seen) = ([String: Int](), [String: Int]())
    for line in try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n") {
      // 4711 rename("…/run/latest.new", "…/run/latest") = 0
      guard line.contains("\(run.folder.run)"), !line.contains("resumed>"),
        let call = line.firstMatch(of: /^\d+ +(\w+)\(/)?.1, let name = Self.names[String(call)]
      else { continue }
      // Directories are opened by opendir, too, which the library sees as such.
      if line.contains("O_NONBLOCK|O_CLOEXEC|O_DIRECTORY") { continue }
      traced[name, default: 0] += 1
    }
    for call in try Shim.calls(calls) {
      let name = call.name == "tmpfile" ? "open" : call.name
      if Self.names.values.contains(name) { seen[name, default: 0] += 1 }
    }
    #expect(traced == seen)
  }

  @Test("interrupted calls and halved writes are unseen", arguments: ["\(EINTR)", "short"])
  func repeated(error: String) throws {
    let run = try Undisturbed()
    let outcome = try run.job(["FAULT_AT": "0", "FAULT_ERROR": error]).succeed()
    try Promise("EINTR").expect(outcome)
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(try run.isFinished())
    try run.expectSameEnd(error)
  }

  @Test("a kill at each call leaves whole checkpoints")
  func kill() throws {
    let promise = try Promise("kill-in-save")
    for number in Extent.of(1...(try Undisturbed.callCount.get()), few: 7).dropLast() {
      let run = try Undisturbed()
      let outcome = try run.job(["FAULT_AT": "\(number)", "FAULT_ERROR": "kill"]).inShell.run()
      // The last calls are at the discretion of the order in which threads make them.
      if outcome.status != 0 { promise.expect(outcome) }
      try run.expectSameEnd("killed at call \(number)")
    }
  }
}
