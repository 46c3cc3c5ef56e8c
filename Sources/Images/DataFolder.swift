internal import Glibc
internal import Platform
internal import SystemPackage

/// The files of one data set in a folder, found by the names that publishers give them.
///
/// The name of an IDX file is `train-images-idx3-ubyte` or a variant of it: with `t10k` or `test` in place of
/// `train` for the test images; with `labels-idx1-ubyte`, or QMNIST's `labels-idx2-int`, for
/// labels; with a dot in place of the last hyphen but one; with `.gz` at its end; with a prefix
/// such as `emnist-letters-`. Upper and lower case make no difference. Sources: the pages of MNIST,
/// EMNIST and QMNIST. NumPy files have one of the names that ``ArrayName`` knows.
struct DataFolder: ImageSource {
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

  /// The set that `file`, in the folder at `path`, is of. The file itself is a part of it also where there is
  /// another, such as one in another format, that would be taken by its name.
  init(withSetOf file: DataFile, in path: String) throws {
    self.path = file.path
    files = [file] + (try Self.files(in: path)).filter { $0.prefix == file.prefix }
  }

  static func find(at path: String) throws -> (any ImageSource)? {
    let folder = try DataFolder(path)
    // Labels alone do not tell where the images are: pictures may lie beside them.
    if folder.files.contains(where: { $0.part == .images }) { return folder }
    guard FileSystem.isDirectory(path) else { return folder }
    // An archive alone in a folder is what was meant, whatever it is called.
    let arrays = try list(path).filter { name in
      [".npy", ".npz"].contains { name.lowercased().hasSuffix($0) }
        && DataFile(name, in: path)?.part != .labels
    }
    return arrays.count == 1 ? try ArrayFile.find(at: "\(path)/\(arrays[0])") : nil
  }

  /// The file with the images of `split`; nil where there is none.
  func images(of split: Dataset.Split) -> String? { file(split, .images)?.path }

  /// The file with the labels of `split`; nil where there is none.
  func labels(of split: Dataset.Split) -> String? { file(split, .labels)?.path }

  func has(_ split: Dataset.Split) -> Bool { file(split, .images) != nil }

  func missing(_ split: Dataset.Split) -> DataError {
    let isIDX = files.contains { $0.isIDX && $0.part == .images }
    return DataError.noImages(split, in: path, as: isIDX ? .idx : .arrays)
  }

  /// EMNIST's pages say so, and its files bear its name.
  var liesOnItsSide: Bool { files.contains { "\($0.prefix)-".hasPrefix("emnist-") } }

  var notices: [Sentence] {
    guard let images = file(.train, .images) ?? file(.test, .images) else { return [] }
    let folder = FileSystem.parent(of: images.path)
    return ((try? FileSystem.names(in: folder)) ?? []).compactMap { name in
      guard let stem = DataFile.arrayStem(name) else { return nil }
      return UnusedImages(stem, prefix: images.prefix) {
        try ArrayFile.array("\(folder)/\(name)", as: .images)
      }?.notice(at: path)
    }
  }

  /// IDX files are published in two parts, and where one is missing nobody shall miss it without a word.
  var holdsOut: Bool { file(.train, .images)?.isIDX == false }

  func open(_ split: Dataset.Split, _ share: Share) throws -> any ImageReader {
    guard let images = file(split, .images) else { throw missing(split) }
    return try ArrayReader(images.open(), share) { try file(split, .labels)?.open() }
  }

  /// The file that holds `part` of `split`; where no file is called so, the only set is the one to train on.
  private func file(_ split: Dataset.Split, _ part: DataFile.Part) -> DataFile? {
    let isOneSet =
      split == .train && !files.contains { $0.split == .train && $0.part == .images }
    return files.first { $0.split == (isOneSet ? nil : split) && $0.part == part }
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
