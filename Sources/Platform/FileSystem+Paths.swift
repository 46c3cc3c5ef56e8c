internal import FoundationEssentials
internal import Glibc

extension FileSystem {
  /// The folder for what is soon removed: TMPDIR, or /tmp.
  package static var temporaryFolder: String {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    return folder.isEmpty ? "/tmp" : folder
  }

  /// `path` with a number behind it, as in `latest-1`: the lowest number for which nothing exists
  /// yet.
  package static func unusedPath(_ path: String) -> String {
    var number = 1
    while exists("\(path)-\(number)") { number += 1 }
    return "\(path)-\(number)"
  }

  /// The destination of the symbolic link `path`; nil if there is no such link.
  package static func destination(ofLink path: String) -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: path)
  }

  /// The path without symbolic links: `realpath`. If nothing is at the path, its last name stays, behind
  /// the resolved path of the folder that it would be in. If there is no such folder either, the path is
  /// returned as it is.
  package static func resolved(_ path: String) -> String {
    if let real = realPath(path) { return real }
    let bare = withoutTrailingSlashes(path)
    guard let folder = realPath(parent(of: bare)), let name = bare.split(separator: "/").last else {
      return path
    }
    return folder == "/" ? "/\(name)" : "\(folder)/\(name)"
  }

  /// What `realpath` makes of the path; nil where it fails.
  private static func realPath(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  /// The path as an absolute path, in which symbolic links stay as they are.
  package static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/") else { return path }
    let names = path.split(separator: "/").drop { $0 == "." }
    return "\(resolved("."))/\(names.joined(separator: "/"))"
  }

  /// Whether two paths lead to the same file, which need not exist.
  package static func isOneFile(_ first: String, _ second: String) -> Bool {
    place(first) == place(second)
  }

  /// The directory and the name of the file that `path` leads to, links followed even where they
  /// lead to nothing yet.
  private static func place(_ path: String) -> [String] {
    var path = absolute(path)
    // As many links as the kernel follows.
    for _ in 0..<40 {
      guard let next = destination(ofLink: path) else { break }
      path = next.hasPrefix("/") ? next : "\(parent(of: path))/\(next)"
    }
    return [resolved(parent(of: path)), path.split(separator: "/").last.map(String.init) ?? ""]
  }

  /// The path without slashes at its end; it leads to the same place.
  package static func withoutTrailingSlashes(_ path: String) -> String {
    var path = path[...]
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return String(path)
  }

  /// The directory that a path's last name is in. The path has no slash at its end.
  package static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

// What this process may do with a path: `access`.
extension FileSystem {
  /// Whether the file at `path` may be written, or created if there is none.
  package static func canWrite(_ path: String) -> Bool {
    guard access(path, F_OK) != 0 else { return access(path, W_OK) == 0 }
    return access(parent(of: path), W_OK) == 0
  }

  /// Whether there is a file at `path` that may be read.
  package static func canRead(_ path: String) -> Bool { access(path, R_OK) == 0 }

  /// Whether there is a program at `path` that may be executed.
  package static func canExecute(_ path: String) -> Bool { access(path, X_OK) == 0 }
}
