internal import Glibc
internal import Platform

/// Text files of a few megabytes, and what this process may do with a path.
package enum File {
  /// Whether a file at `path` may be written, or made where there is none.
  package static func canBeWritten(_ path: String) -> Bool {
    guard access(path, F_OK) != 0 else { return access(path, W_OK) == 0 }
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    return access(folder, W_OK) == 0
  }

  /// Whether there is a file at `path` that may be read.
  package static func canBeRead(_ path: String) -> Bool { access(path, R_OK) == 0 }

  /// Whether there is a program at `path`.
  package static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

  /// The whole of the file at `path`; empty where it cannot be read.
  static func text(_ path: String) -> String { (try? FileSystem.read(path)) ?? "" }
}
