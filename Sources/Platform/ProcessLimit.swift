internal import CLinux
internal import Glibc

/// A limit on the memory of this process, as `ulimit -v` and `ulimit -d` set it in a shell, and as
/// batch systems set it. Beyond the limit allocations fail, however much memory the machine has,
/// and libraries end the process without a message.
package struct ProcessLimit: Codable, Equatable {
  /// The option of `ulimit` that shows and sets the limit: `-v` or `-d`.
  package let option: String

  /// The bytes that this process can still allocate; zero where it has reached the limit.
  package let left: Int

  /// Bytes that are kept free for libraries, threads and small allocations, which nothing else
  /// counts.
  package static let reserve = 64 << 20

  /// The limits that are set; empty where none is. Tests pass a `root`, which is put before every
  /// path.
  ///
  /// proc(5), "/proc/pid/limits", in bytes, and "/proc/pid/statm", in pages: the first number
  /// counts all pages, the sixth those of data and stack. getrlimit(2) says which of these pages
  /// each limit counts.
  package static func all(root: String = "") -> [ProcessLimit] {
    let pages = ((try? FileSystem.read("\(root)/proc/self/statm")) ?? "")
      .split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    return [("Max address space", "-v", 0), ("Max data size", "-d", 5)].compactMap {
      (name, option, column) in
      guard let limit = limit(name, root: root), column < pages.count else { return nil }
      return ProcessLimit(option: option, left: max(0, limit - pages[column] * Int(getpagesize())))
    }
  }

  /// Throws unless this process can allocate `bytes` bytes, and ``reserve`` beside them.
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

  /// Lets all threads share one heap where there is a limit, so that the memory that is left can be
  /// predicted. Call it before there are threads.
  package static func spareAddresses() { if !all().isEmpty { CLinux_share_heap() } }

  /// The soft limit called `name` in `/proc/self/limits`; nil if it is unlimited or not listed.
  package static func limit(_ name: String, root: String) -> Int? {
    let text = (try? FileSystem.read("\(root)/proc/self/limits")) ?? ""
    return text.split(separator: "\n").first { $0.hasPrefix(name) }?
      .dropFirst(name.count).split(separator: " ").first.flatMap { Int($0) }
  }
}
