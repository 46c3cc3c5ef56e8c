internal import Platform

/// A folder of PNG files, all of one size.
///
/// The files lie in the folder itself and have no labels, or in one folder for each label. Labels are the
/// numbers that the folders are called by, in digits alone, or else their places in the sorted list of their
/// names. There may be a folder `train` and a folder `test` above all that. Files are in the order of the
/// bytes of their paths.
struct PictureFolder: ImageSource {
  private let path: String
  private(set) var notices: [Sentence] = []
  private var sets: [Dataset.Split: PictureSet] = [:]

  static func find(at path: String) throws -> (any ImageSource)? {
    let folder = try PictureFolder(path)
    return folder.sets.isEmpty ? nil : folder
  }

  private init(_ path: String) throws {
    self.path = path
    var found: [Dataset.Split: PictureList] = [:]
    let names = try PictureList.names(in: path)
    for (split, words) in [
      (Dataset.Split.train, ["train", "training"]), (.test, ["test", "testing"]),
    ] {
      let name = names.first {
        words.contains($0.lowercased()) && FileSystem.isDirectory("\(path)/\($0)")
      }
      guard let name else { continue }
      let list = try PictureList("\(path)/\(name)")
      if !list.paths.isEmpty { found[split] = list }
    }
    if let split = [Dataset.Split.train, .test].first(where: { found[$0] != nil }) {
      try Self.requireParts(names, beside: split, in: path)
      notices = names.compactMap {
        UnusedImages(folder: $0, at: "\(path)/\($0)")?.notice(at: path)
      }
    } else {
      let list = try PictureList(path)
      if !list.paths.isEmpty { found[.train] = list }
    }
    notices += names.filter { DataFile($0, in: path)?.part == .labels }.map {
      "\(path): \($0) is not used, since the labels of PNG files are the names of their folders"
    }
    let labels = try PictureLabels(found.values.flatMap(\.folders), in: path)
    sets = found.mapValues { PictureSet(paths: $0.paths, labels: labels.labels(of: $0)) }
  }

  /// Throws where the folder at `path`, of whose folders one is called as `split`, has another folder of
  /// pictures that is called as no part of a set: both may be labels.
  private static func requireParts(
    _ names: [String], beside split: Dataset.Split, in path: String
  ) throws {
    let parts = ["train", "training", "test", "testing"]
    let label = try names.first { name in
      let folder = "\(path)/\(name)"
      let isPart = parts.contains(name.lowercased()) || UnusedImages.isValidation(name)
      guard !isPart, FileSystem.isDirectory(folder) else { return false }
      return try !PictureList(folder).paths.isEmpty
    }
    guard let label else { return }
    throw DataError.malformed(
      path,
      problem: "a folder in here is called \(split), and another with PNG files \(label), so that "
        + "nothing tells whether these are parts of a set or labels",
      advice: "name the part itself with \(setting: .data), or give the label another name")
  }

  func has(_ split: Dataset.Split) -> Bool { sets[split] != nil }

  func missing(_ split: Dataset.Split) -> DataError {
    let (other, missing) = split == .train ? ("test", "train") : ("train", "test")
    return DataError.missing(
      path,
      problem:
        "there are PNG files in a folder \(other) in here, and no folder \(missing) with others",
      advice: "name other images with \(setting: .data), or the folder \(other) itself")
  }

  var holdsOut: Bool { true }

  func open(_ split: Dataset.Split, _ share: Share) throws -> any ImageReader {
    guard let set = sets[split] else { preconditionFailure("there are no pictures of \(split)") }
    return try PictureReader(set, share)
  }
}

/// The PNG files of one split and, where they have labels, the label of each.
struct PictureSet {
  let paths: [String]
  /// As many labels as paths, or none.
  let labels: [UInt8]
}

/// The PNG files in a folder, or in the folders in it.
struct PictureList {
  /// The folder.
  let folder: String
  /// The paths of the files, in the order of their bytes.
  private(set) var paths: [String]
  /// The name of the folder that each file is in; none where they are in the folder itself.
  private(set) var folders: [String] = []

  /// Lists the folder at `path`. Hidden files and those that are no pictures by their names are passed over.
  ///
  /// - Throws: `DataError` where a picture is of another format, or pictures are both here and in folders.
  init(_ path: String) throws {
    folder = path
    let names = try Self.names(in: path)
    try Self.refuseOthers(names, in: path)
    paths = names.filter(Self.isPNG).map { "\(path)/\($0)" }
    let files = try names.filter { !Self.isPNG($0) && FileSystem.isDirectory("\(path)/\($0)") }
      .flatMap { folder in
        let inner = try Self.names(in: "\(path)/\(folder)")
        try Self.refuseOthers(inner, in: "\(path)/\(folder)")
        return inner.filter(Self.isPNG).map { (path: "\(path)/\(folder)/\($0)", folder: folder) }
      }
    guard paths.isEmpty || files.isEmpty else {
      throw DataError.malformed(
        path, problem: "there are PNG files in here and also in \(files[0].folder)",
        advice: "put all into folders that are called as their labels, or none")
    }
    if paths.isEmpty {
      let sorted = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
      (paths, folders) = (sorted.map(\.path), sorted.map(\.folder))
    } else {
      paths.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
  }

  /// The names in the folder at `path` that do not begin with a dot.
  static func names(in path: String) throws -> [String] {
    try DataError.check { try FileSystem.names(in: path) }.filter { !$0.hasPrefix(".") }
  }

  private static func isPNG(_ name: String) -> Bool { name.lowercased().hasSuffix(".png") }

  /// Throws where one of `names` is that of a picture in another format.
  private static func refuseOthers(_ names: [String], in path: String) throws {
    let endings = [
      ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".pgm", ".ppm", ".heic",
    ]
    let other = names.first { name in endings.contains { name.lowercased().hasSuffix($0) } }
    guard let other else { return }
    let ending = other.split(separator: ".").last.map(String.init) ?? ""
    throw DataError.malformed(
      "\(path)/\(other)",
      problem: "this picture is not in the PNG format, the only one that is read",
      advice: "turn all into PNG, in another folder: mogrify -format png -path FOLDER *.\(ending)")
  }
}

/// The labels that folders of pictures stand for.
struct PictureLabels {
  private let labels: [String: UInt8]

  /// The labels of folders that are called `names`, each of which may be there many times: numbers from 0 to
  /// 255 where all are such, else their places in the sorted list.
  ///
  /// - Throws: `DataError` where there are too many, or two mean the same number, as 1 and 01 do.
  init(_ names: [String], in path: String) throws {
    let names = Set(names).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let numbers = names.compactMap { name in
      name.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? UInt8(name) : nil
    }
    guard names.count <= 256 else {
      throw DataError.malformed(
        path, problem: "there are \(names.count) folders of pictures, and a label is from 0 to 255",
        advice: "put all pictures into one folder, without labels")
    }
    let all = numbers.count == names.count ? numbers : names.indices.map { UInt8($0) }
    for (place, number) in all.enumerated() {
      guard let former = all[..<place].firstIndex(of: number) else { continue }
      throw DataError.malformed(
        path,
        problem: "the folders \(names[former]) and \(names[place]) are both the label \(number)",
        advice: "put their pictures into one folder, or call one of them by another number")
    }
    labels = Dictionary(uniqueKeysWithValues: zip(names, all))
  }

  /// The label of each picture in `list`; none where they are in no folders of their own.
  func labels(of list: PictureList) -> [UInt8] { list.folders.map { labels[$0]! } }
}
