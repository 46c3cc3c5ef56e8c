internal import CLinux
internal import Glibc

/// What the shell's limits leave one process, whatever the machine has: `ulimit -v` and `-d`, which
/// batch systems set, too. Beyond them an allocation fails, in libraries without a word.
package struct ProcessLimit: Codable, Equatable {
  /// The option of `ulimit` that tells it.
  package let option: String

  /// The bytes that this process can still have.
  package let left: Int

  /// What libraries, threads and small things take beside what is counted.
  package static let reserve = 64 << 20

  /// The limits that there are. `root` stands before every path, for tests.
  ///
  /// proc(5), "/proc/pid/limits", in bytes, and "/proc/pid/statm", in pages: the first number is
  /// that of all, the sixth that of data and stack. getrlimit(2) says what counts.
  package static func all(root: String = "") -> [ProcessLimit] {
    let pages = ((try? FileSystem.read("\(root)/proc/self/statm")) ?? "")
      .split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    return [("Max address space", "-v", 0), ("Max data size", "-d", 5)].compactMap {
      (name, option, column) in
      guard let limit = limit(name, root: root), column < pages.count else { return nil }
      return ProcessLimit(option: option, left: max(0, limit - pages[column] * Int(getpagesize())))
    }
  }

  /// Makes sure that this process can have `bytes`, and what libraries take beside them.
  ///
  /// - Throws: `Failure` with `unavailable`.
  package static func require(
    _ bytes: Int, for purpose: String, root: String = ""
  ) throws {
    guard let limit = all(root: root).min(by: { $0.left < $1.left }), bytes > limit.left - reserve
    else { return }
    throw Failure(
      .unavailable,
      "\(purpose) needs \(bytes >> 20 + reserve >> 20) MiB where ulimit \(limit.option) leaves this process "
        + "\(limit.left >> 20) MiB: raise that limit, as with ulimit \(limit.option) unlimited")
  }

  /// Lets threads share a heap where there is a limit, so that what is left can be foretold; the
  /// first of all, before there are threads.
  package static func spareAddresses() { if !all().isEmpty { CLinux_share_heap() } }

  /// The soft limit called `name` in `/proc/self/limits`; nil where there is none.
  package static func limit(_ name: String, root: String) -> Int? {
    let text = (try? FileSystem.read("\(root)/proc/self/limits")) ?? ""
    return text.split(separator: "\n").first { $0.hasPrefix(name) }?
      .dropFirst(name.count).split(separator: " ").first.flatMap { Int($0) }
  }
}
