internal import Glibc

/// The files of one data set, found by the names that publishers give them.
///
/// A name is `train-images-idx3-ubyte`, with `t10k` or `test` in place of `train` for images to
/// judge by, and `labels-idx1-ubyte` or QMNIST's `labels-idx2-int` for labels; a dot may stand in
/// place of the last hyphen but one, `.gz` behind it, and a prefix such as `emnist-letters-` before
/// it; upper and lower case are one. Sources: the pages of MNIST, EMNIST and QMNIST.
struct DataFolder {
  /// What was asked for.
  let path: String

  private let files: [DataFile]

  /// Looks for files in the folder at `path`, else where torchvision puts them below it (`raw`,
  /// `MNIST/raw`). Where `path` is no folder, its last name is the prefix of the files that are
  /// meant, as in `EMNIST/raw/emnist-letters`.
  ///
  /// - Throws: `DataError` where there is no such folder, or several data sets are in it.
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

  /// The folder that `path` is or, of one that is none, the folder and prefix that it means.
  private static func place(_ path: String) throws -> (folder: String, prefix: String?) {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    if DirectoryListing.isFolder(path) { return (path, nil) }
    guard access(path, F_OK) != 0 else { throw try DataError.noFolder(path) }
    guard errno == ENOENT else { throw DataError.system(path, "look into it", code: errno) }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.dropLast().joined(separator: "/")
    let parent = folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder
    guard let name = parts.last, !name.isEmpty, DirectoryListing.isFolder(parent) else {
      throw DataError.missingFolder(path)
    }
    return (parent, DataFile.prefix(String(name)))
  }

  /// The files in `folder` itself; where there are none, those below it.
  private static func search(_ folder: String) throws -> [DataFile] {
    let own = try files(in: folder)
    guard own.isEmpty else { return own }
    // What cannot be looked into is not the data that are meant.
    let names = try DirectoryListing.names(in: folder)
    let below = (["raw"] + names.map { "\($0)/raw" })
      .map { (path: "\(folder)/\($0)", files: (try? files(in: "\(folder)/\($0)")) ?? []) }
      .filter { !$0.files.isEmpty }
    guard below.count < 2 else { throw DataError.severalSets(folder, below.map(\.path)) }
    return below.first?.files ?? []
  }

  /// The names in `folder`; of one that may be read from and not be listed, those usual ones that are
  /// there.
  private static func names(in folder: String) throws -> [String] {
    do {
      return try DirectoryListing.names(in: folder)
    } catch let error {
      let names = DataFile.usualNames.filter { access("\(folder)/\($0)", F_OK) == 0 }
      guard !names.isEmpty else { throw error }
      return names
    }
  }

  /// The data files in `folder`, and in folders in it that have a data file's name, as archives
  /// have them; the files of a folder come first.
  private static func files(in folder: String) throws -> [DataFile] {
    let candidates = try names(in: folder).compactMap { DataFile($0, in: folder) }
    let inner = candidates.filter(\.isFolder).flatMap { folder in
      ((try? DirectoryListing.names(in: folder.path)) ?? [])
        .compactMap { DataFile($0, in: folder.path) }
    }
    return [candidates, inner].flatMap { files in
      files.filter { !$0.isFolder }.sorted { $0.rank < $1.rank }
    }
  }
}
