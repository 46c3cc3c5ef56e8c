package import Platform
internal import SystemPackage

/// Why a file of the data set cannot be used: which file, where in the file, and what to do.
package struct DataError: CodedError, Equatable {
  /// What went wrong.
  package enum Kind: Sendable {
    /// There is no such file or folder.
    case missing
    /// The operating system refused to open or to read the file, or the path leads to no regular
    /// file.
    case system
    /// The file or folder does not hold what it should hold.
    case malformed
  }

  /// What went wrong.
  package let kind: Kind
  /// The file, or the folder where it was looked for.
  package let path: String
  /// The byte at which the trouble begins, of the file itself for damaged gzip data and of the
  /// unpacked contents for everything else; nil where no byte can be named.
  package let offset: Int?
  /// What was found, and what was expected.
  package let problem: String
  /// What to do about it.
  package let advice: Sentence

  /// The exit code of a job that ends with this error.
  package var code: ExitCode { kind == .malformed ? .badData : .inputOutput }

  /// The whole error.
  package var sentence: Sentence {
    let place = offset.map { "\(path), byte \($0)" } ?? path
    return "\(place): \(problem); \(advice)"
  }
}

extension DataError {
  /// The contents are not what they should be.
  static func malformed(
    _ path: String, at offset: Int? = nil, problem: String,
    advice: Sentence? = nil
  ) -> DataError {
    DataError(
      kind: .malformed, path: path, offset: offset, problem: problem, advice: advice ?? again(path))
  }

  /// What to do about a damaged file at `path`: scripts/fetch-mnist brings back files of the
  /// default folder alone.
  static func again(_ path: String) -> Sentence {
    path.hasPrefix("\(Dataset.defaultDirectory)/")
      ? "remove it, and fetch MNIST again with scripts/fetch-mnist"
      : "write or download the file again"
  }

  /// How to get MNIST, as the end of a sentence, where `path` is its default folder; else empty.
  private static func fetch(_ path: String) -> String {
    path == Dataset.defaultDirectory ? ", or fetch MNIST with scripts/fetch-mnist" : ""
  }

  /// What to do about a file of labels that cannot be used.
  static let withoutLabels: Sentence =
    "mend the file, or remove it: training needs labels for conditional models alone"

  /// What to do about labels in an archive that are called `name` and cannot be used.
  static func withoutLabels(called name: String) -> Sentence {
    "mend them, or leave \(name) out of the archive: training needs labels for conditional models alone"
  }

  /// The same error with other advice.
  func advising(_ advice: Sentence) -> DataError {
    DataError(kind: kind, path: path, offset: offset, problem: problem, advice: advice)
  }

  /// Does `work`, which reads files. A `FileError` becomes a `DataError`, with advice that fits the
  /// files of a data set.
  static func check<Result: ~Copyable>(_ work: () throws -> Result) throws -> Result {
    do { return try work() } catch let error as FileError { throw DataError(error) }
  }

  /// The same error about a file, with advice that fits the files of a data set.
  init(_ error: FileError) {
    switch error.kind {
    case .system(.isDirectory), .notRegular:
      self.init(
        kind: .system, path: error.path, offset: nil,
        problem: "this is a folder, a pipe or a device, and only a file can be read",
        advice: "name a folder with files")
    case .system(let code):
      self.init(
        kind: .system, path: error.path, offset: nil, problem: error.problem,
        advice: Self.advice(for: code))
    case .malformed:
      self.init(
        kind: .malformed, path: error.path, offset: error.offset, problem: error.problem,
        advice: Self.again(error.path))
    }
  }

  /// The operating system refused with `error` when asked to do `operation`.
  static func system(_ path: String, _ operation: String, error: Errno) -> DataError {
    DataError(
      kind: .system, path: path, offset: nil, problem: "cannot \(operation): \(error)",
      advice: advice(for: error))
  }

  private static func advice(for error: Errno) -> Sentence {
    switch error {
    case .permissionDenied, .notPermitted:
      "give yourself permission for it, or name another folder with \(setting: .data)"
    case .tooManyOpenFiles, .tooManyOpenFilesInSystem:
      "let this shell have more files open: ulimit -n 4096"
    case .ioError: "check the disk"
    default: "check the path"
    }
  }

  /// There is no folder at `path`, and no file whose name begins with the last name of `path`.
  static func missingFolder(_ path: String) -> DataError {
    let isFile = [".npy", ".npz", ".gz"].contains { path.lowercased().hasSuffix($0) }
    return DataError(
      kind: .missing, path: path, offset: nil,
      problem: "there is no such \(isFile ? "file" : "folder")",
      advice:
        "name the \(isFile ? "file" : "folder") that the images are in with \(setting: .data)\(fetch(path))"
    )
  }

  /// No files in a folder begin with the name that `path` ends in; `sets` names the data sets that
  /// the folder has.
  static func missingSet(_ path: String, _ sets: [String]) -> DataError {
    if sets.isEmpty || path.lowercased().hasSuffix(".npz") { return missingFolder(path) }
    return DataError(
      kind: .missing, path: path, offset: nil,
      problem: "there is no such folder, and no data set whose files begin so",
      advice: "name one that there is: \(Self.choice(of: sets))")
  }

  /// The setting of the data with each of `folders` as its value, joined by "or".
  private static func choice(of folders: [String]) -> Sentence {
    folders.dropFirst().reduce("\(setting: .data, folders.first ?? "")") {
      "\($0), or \(setting: .data, $1)"
    }
  }

  /// The folder `path` has more than one data set; `sets` has the value of the setting of the data
  /// for each of them.
  static func severalSets(_ path: String, _ sets: [String]) -> DataError {
    malformed(
      path, problem: "there are \(sets.count) data sets in here",
      advice: "name one of them: \(Self.choice(of: sets))")
  }

  /// There is a file at `path`, where a folder should be. Throws if the file cannot be read.
  static func noFolder(_ path: String) throws -> DataError {
    var file = try UnpackedFile(path: path)
    let bytes = try file.readBeginning(FileSignature.prefixSize)
    if let kind = FileKind(bytes) {
      return malformed(
        path, problem: "this is \(kind.name), and no place that images are read from",
        advice: Sentence(kind.advice))
    }
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let prefix = DataFile(name, in: folder)?.prefix ?? ""
    let place = (folder.isEmpty ? "/" : folder) + (prefix.isEmpty ? "" : "/\(prefix)")
    return malformed(
      path, problem: "this is one file, and no archive of arrays (.npz, .npy)",
      advice: "name the folder that it is in: \(setting: .data, place)")
  }

  /// There is nothing at `path` of what was looked for.
  static func missing(_ path: String, problem: String, advice: Sentence) -> DataError {
    DataError(kind: .missing, path: path, offset: nil, problem: problem, advice: advice)
  }

  /// What is at `path` has no test images, and so few others that none of them is held out.
  static func tooFew(_ path: String) -> DataError {
    missing(
      path,
      problem: "there are no test images here, and too few others to hold some out: it takes "
        + "\(Share.period)",
      advice: "name other images with \(setting: .data)")
  }

  /// How the images that are missing in a folder would be called.
  enum Naming {
    case idx
    case arrays
  }

  /// The folder at `path` has no file with images of `split` that is called so.
  static func noImages(
    _ split: Dataset.Split, in path: String, as naming: Naming = .idx
  ) -> DataError {
    let name =
      switch (naming, split) {
      case (.idx, .train): "train-images-idx3-ubyte (or .gz)"
      case (.idx, .test): "t10k-images-idx3-ubyte (or .gz)"
      case (.arrays, .train): "x_train.npy"
      case (.arrays, .test): "x_test.npy"
      }
    let names = ((try? FileSystem.names(in: path)) ?? []).filter { !$0.hasPrefix(".") }
      .map { FileSystem.isDirectory("\(path)/\($0)") ? "\($0)/" : $0 }
    let shown = names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", …" : "")
    return missing(
      path,
      problem: "there is no \(name) here" + (names.isEmpty ? "" : ", only \(shown)"),
      advice: split == .train
        ? "name the folder that has it with \(setting: .data)\(fetch(path)); images may be IDX files, x_train.npy, an .npz archive or PNG files"
        : "name a folder that has test images with \(setting: .data)")
  }
}
