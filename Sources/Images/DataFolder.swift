internal import Glibc
internal import Platform
internal import SystemPackage

/// The files of one data set, found by the names that publishers give them.
///
/// A name is `train-images-idx3-ubyte` or a variant of it: with `t10k` or `test` in place of
/// `train` for the test images; with `labels-idx1-ubyte`, or QMNIST's `labels-idx2-int`, for
/// labels; with a dot in place of the last hyphen but one; with `.gz` at its end; with a prefix
/// such as `emnist-letters-`. Upper and lower case make no difference. Sources: the pages of MNIST,
/// EMNIST and QMNIST.
struct DataFolder {
  /// The path that was asked for.
  let path: String

  private let files: [DataFile]

  /// Looks for files in the folder at `path`; if there are none, in the folders below it that
  /// torchvision uses (`raw`, and `raw` in any folder, as in `MNIST/raw`). If `path` is no folder,
  /// its last name is the prefix of the files that are meant, as in `EMNIST/raw/emnist-letters`.
  ///
  /// - Throws: `DataError` if there is no such folder or prefix, if the folder cannot be listed, or
  ///   if there are several data sets to choose from; of those in one folder, a set without a
  ///   prefix is chosen. A folder without data files is no error.
  init(_ path: String) throws {
    self.path = path
    let (folder, prefix) = try Self.place(path)
    let found = try Self.search(folder)
    let prefixes = Set(found.map(\.prefix)).sorted()
    guard let chosen = prefix ?? (prefixes.contains("") ? "" : prefixes.first) else {
      files = []
      return
    }
    guard prefix != nil || chosen.isEmpty || prefixes.count == 1 else {
      throw DataError.severalSets(path, prefixes.map { "\(folder)/\($0)" })
    }
    files = found.filter { $0.prefix == chosen }
    if files.isEmpty, prefix != nil {
      let sets = prefixes.map { $0.isEmpty ? folder : "\(folder)/\($0)" }
      throw DataError.missingSet(path, sets)
    }
  }

  /// The file with the images of `split`; nil where there is none.
  func images(of split: Dataset.Split) -> String? { file(split, .images) }

  /// The file with the labels of `split`; nil where there is none.
  func labels(of split: Dataset.Split) -> String? { file(split, .labels) }

  private func file(_ split: Dataset.Split, _ part: DataFile.Part) -> String? {
    files.first { $0.split == split && $0.part == part }?.path
  }

  /// The folder at `path`, and nil for the prefix. If `path` is no folder: the folder above it, and
  /// its last name as the prefix.
  private static func place(_ path: String) throws -> (folder: String, prefix: String?) {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    if FileSystem.isDirectory(path) { return (path, nil) }
    guard access(path, F_OK) != 0 else { throw try DataError.noFolder(path) }
    guard errno == ENOENT else {
      throw DataError.system(path, "look into it", error: Errno(rawValue: errno))
    }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.dropLast().joined(separator: "/")
    let parent = folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder
    guard let name = parts.last, !name.isEmpty, FileSystem.isDirectory(parent) else {
      throw DataError.missingFolder(path)
    }
    return (parent, DataFile.prefix(String(name)))
  }

  /// The data files in `folder` itself; if there are none, the data files in the folders called
  /// `raw` below it.
  private static func search(_ folder: String) throws -> [DataFile] {
    let own = try files(in: folder)
    guard own.isEmpty else { return own }
    // A folder below this one that cannot be listed is passed over.
    let names = try list(folder)
    let below = (["raw"] + names.map { "\($0)/raw" })
      .map { (path: "\(folder)/\($0)", files: (try? files(in: "\(folder)/\($0)")) ?? []) }
      .filter { !$0.files.isEmpty }
    guard below.count < 2 else { throw DataError.severalSets(folder, below.map(\.path)) }
    return below.first?.files ?? []
  }

  /// The names in `folder`. If the folder may not be listed: those of ``DataFile/usualNames`` that
  /// exist in it.
  private static func names(in folder: String) throws -> [String] {
    do {
      return try list(folder)
    } catch let error {
      let names = DataFile.usualNames.filter { access("\(folder)/\($0)", F_OK) == 0 }
      guard !names.isEmpty else { throw error }
      return names
    }
  }

  /// The names in `folder`.
  ///
  /// - Throws: `DataError`.
  private static func list(_ folder: String) throws -> [String] {
    do {
      return try FileSystem.names(in: folder)
    } catch let error as FileError {
      guard case .system(let code) = error.kind else { throw error }
      throw DataError.system(folder, "list what is in it", error: code)
    }
  }

  /// The data files in `folder`, then the data files in its folders that have a data file's name
  /// themselves, as in some archives.
  private static func files(in folder: String) throws -> [DataFile] {
    let candidates = try names(in: folder).compactMap { DataFile($0, in: folder) }
    let inner = candidates.filter(\.isFolder).flatMap { folder in
      ((try? FileSystem.names(in: folder.path)) ?? [])
        .compactMap { DataFile($0, in: folder.path) }
    }
    return [candidates, inner].flatMap { files in
      files.filter { !$0.isFolder }.sorted { $0.precedence < $1.precedence }
    }
  }
}

/// A file of a data set, and what its name tells.
struct DataFile {
  /// Which of the two files of a split it is.
  enum Part: CaseIterable {
    case images
    case labels
  }

  let path: String
  /// The split that the file belongs to.
  let split: Dataset.Split
  /// What the file holds.
  let part: Part
  /// The publisher's name of the set, in small letters, without the hyphen or underscore behind it.
  let prefix: String
  /// Of several files that could be the same part of a set, the file with the lowest precedence is
  /// read.
  let precedence: Int

  /// The spellings of the parts' names, as they follow the split's name.
  private static let endings: [(part: Part, text: String)] = [
    (.images, "-images-idx3-ubyte"), (.images, "-images.idx3-ubyte"),
    (.labels, "-labels-idx1-ubyte"), (.labels, "-labels.idx1-ubyte"),
    (.labels, "-labels-idx2-int"), (.labels, "-labels.idx2-int"),
  ]

  private static let splits: [(split: Dataset.Split, text: String)] = [
    (.train, "train"), (.test, "t10k"), (.test, "test"),
  ]

  /// The names that the files of a set without a prefix may have, in small letters.
  static var usualNames: [String] {
    splits.flatMap { split in
      endings.flatMap { ["\(split.text)\($0.text)", "\(split.text)\($0.text).gz"] }
    }
  }

  /// Reads the name of a file in `folder`; nil if it is not a data file's name.
  init?(_ name: String, in folder: String) {
    var stem = name.lowercased()
    let isPacked = stem.hasSuffix(".gz")
    if isPacked { stem.removeLast(3) }
    guard let ending = Self.endings.firstIndex(where: { stem.hasSuffix($0.text) }) else {
      return nil
    }
    stem.removeLast(Self.endings[ending].text.count)
    guard let split = Self.splits.firstIndex(where: { stem.hasSuffix($0.text) }) else { return nil }
    stem.removeLast(Self.splits[split].text.count)
    guard stem.isEmpty || stem.hasSuffix("-") || stem.hasSuffix("_") else { return nil }
    path = "\(folder)/\(name)"
    self.split = Self.splits[split].split
    part = Self.endings[ending].part
    prefix = Self.prefix(stem)
    precedence = (isPacked ? 100 : 0) + 10 * ending + split
  }

  /// The form in which prefixes are compared: small letters, no hyphens or underscores at the end.
  static func prefix(_ text: String) -> String {
    var text = text.lowercased()
    while let last = text.last, "-_".contains(last) { text.removeLast() }
    return text
  }

  /// Whether a folder, or a link to one, is at ``path``; false if the system does not tell, since
  /// opening the file will say why.
  var isFolder: Bool { FileSystem.isDirectory(path) }
}

extension Dataset {
  /// Where `scripts/fetch-mnist` puts the files: `lockstep/mnist` in the user's cache folder.
  ///
  /// That folder is `$XDG_CACHE_HOME` if it is an absolute path, `~/.cache` otherwise. Source: XDG
  /// Base Directory Specification, https://specifications.freedesktop.org/basedir-spec.
  package static var defaultDirectory: String {
    defaultDirectory(cache: environment("XDG_CACHE_HOME"), home: environment("HOME"))
  }

  static func defaultDirectory(cache: String?, home: String?) -> String {
    if let cache, cache.hasPrefix("/") { return "\(cache)/lockstep/mnist" }
    return "\(home ?? accountHome)/.cache/lockstep/mnist"
  }

  private static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// The home folder that the system's user database gives, for jobs without `HOME`; empty if it
  /// has none.
  private static var accountHome: String {
    getpwuid(getuid()).map { String(cString: $0.pointee.pw_dir) } ?? ""
  }
}
