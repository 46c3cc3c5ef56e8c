import Foundation
import Support
import Testing

/// `Tests/Probes/Faults/faults.c`, compiled: lets calls of a job on the files of its run directory fail.
enum Shim {
  private static let source = Promise.page.deletingLastPathComponent()
    .appendingPathComponent("../Probes/Faults/faults.c").standardizedFileURL.path

  /// The folder with the library; it lives as long as the process.
  private static let folder: Result<TemporaryFolder, any Error> = Result {
    let folder = try TemporaryFolder()
    let outcome = try Command([
      "clang", "-O1", "-fPIC", "-shared", "-o", folder.path("faults.so"), source, "-ldl",
    ]).run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    atexit { try? FileManager.default.removeItem(at: Shim.folder.get().url) }
    return folder
  }

  /// What environment lets a job's calls below `run` fail as `settings` say: see the source.
  static func environment(run: String, _ settings: [String: String]) throws -> [String: String] {
    let library = try folder.get().path("faults.so")
    return ["LD_PRELOAD": library, "FAULT_UNDER": run].merging(settings) { $1 }
  }

  /// One call, as the library writes it down.
  struct Call {
    let number: Int
    let name: String
    let result: Int
    let inode: UInt64
    let paths: [String]
    let isMade: Bool
    let offset: Int
    let bytes: [UInt8]

    init(_ line: Substring) {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      (number, name, result) = (Int(fields[0])!, String(fields[1]), Int(fields[2])!)
      (inode, paths) = (UInt64(fields[3])!, fields[4...5].map(String.init))
      (isMade, offset) = (fields[6] == "1", Int(fields[7])!)
      let digits = Array(fields[8].utf8).map { $0 < 58 ? $0 - 48 : $0 - 87 }
      bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
  }

  /// The calls in the file at `path`.
  static func calls(_ path: String) throws -> [Call] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(Call.init)
  }
}

/// How much of the table is run: what fits in three minutes, or, for `scripts/test --faults`, all of it.
enum Extent {
  static let isFull = ProcessInfo.processInfo.environment["FAULTS"] == "all"

  /// All of the numbers, or few of them, the last one included.
  static func of(_ numbers: ClosedRange<Int>, few: Int) -> [Int] {
    guard !isFull, numbers.count > few else { return Array(numbers) }
    return (1...few).map { numbers.lowerBound - 1 + $0 * numbers.count / few }
  }
}

extension Trait where Self == ConditionTrait {
  /// For tests of which no part fits in three minutes.
  static var onlyWhenFull: Self {
    .enabled(if: Extent.isFull, "scripts/test --faults runs it")
  }
}
