import CFuzz
import Glibc

/// What the fuzzer made up, as bytes, as text and as a file.
struct FuzzInput {
  /// The bytes.
  let bytes: [UInt8]

  /// The bytes as text; what is not UTF-8 becomes U+FFFD, as where the program reads text.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The path of a file of these bytes, until that of another is asked for.
  var path: String { Self.file(bytes) }

  /// The path of a file of `bytes`, until that of another is asked for. The file is in memory.
  static func file(_ bytes: [UInt8]) -> String {
    guard bytes != written else { return path }
    claim(pwrite(descriptor, bytes, bytes.count, 0) == bytes.count, "the file cannot be written")
    claim(ftruncate(descriptor, bytes.count) == 0, "the file cannot be cut")
    written = bytes
    return path
  }

  private static let descriptor = CFuzz_memory_file()
  private static let path = "/proc/self/fd/\(descriptor)"

  /// What the file has; nil before the first. libFuzzer calls from one thread alone.
  nonisolated(unsafe) private static var written: [UInt8]?
}
