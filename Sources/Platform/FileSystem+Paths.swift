internal import FoundationEssentials
internal import Glibc

extension FileSystem {
  /// `path` with a number behind it, as in `latest-1`: the first under which nothing is yet.
  package static func unusedPath(_ path: String) -> String {
    var number = 1
    while exists("\(path)-\(number)") { number += 1 }
    return "\(path)-\(number)"
  }

  /// Where the symbolic link `path` leads; nil where there is none.
  package static func destination(ofLink path: String) -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: path)
  }

  /// The path without symbolic links: `realpath`. One that leads nowhere stays as it is.
  package static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  /// The path from the root of the file system; links stay.
  package static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/") else { return path }
    let names = path.split(separator: "/").drop { $0 == "." }
    return "\(resolved("."))/\(names.joined(separator: "/"))"
  }

  /// Whether two paths lead to one file, which need not be there.
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

  /// The path without slashes at its end, which mean the same.
  package static func withoutTrailingSlashes(_ path: String) -> String {
    var path = path[...]
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return String(path)
  }

  /// The directory that a path's last name is in.
  package static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
