internal import Glibc

/// The names in a directory.
enum DirectoryListing {
  /// The names in the directory at `path`, sorted, without `.` and `..`: `opendir`, `readdir`.
  ///
  /// - Throws: `DataError` where it cannot be read.
  static func names(in path: String) throws -> [String] {
    guard let directory = opendir(path) else {
      throw DataError.system(path, "list what is in it", code: errno)
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Whether a directory, or a link to one, is at `path`: `stat`.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
