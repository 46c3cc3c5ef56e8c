internal import Platform

/// One file of NumPy arrays: an NPZ archive, or an NPY file, which may be packed with gzip.
///
/// A file of one array whose name tells that it is one of several files of a set, such as `x_train.npy` or
/// `k49-train-imgs.npz`, stands for that set: labels and test images lie beside it.
struct ArrayFile: ImageSource {
  private let path: String
  /// The archive; nil where the file is one array.
  private let archive: ZipArchive?
  /// The members of the archive by what they hold.
  private var members: [ArrayName.Place: ZipArchive.Member] = [:]

  static func find(at path: String) throws -> (any ImageSource)? {
    guard FileSystem.isRegularFile(path) else { return nil }
    var file = try UnpackedFile(path: path)
    switch FileSignature(try file.readBeginning(FileSignature.prefixSize)) {
    case .numpy: return try set(of: path) ?? ArrayFile(path: path, archive: nil)
    case .zip:
      let archive = try ArrayFile(archive: path)
      return archive.members.count > 1 ? archive : try set(of: path) ?? archive
    default: return nil
    }
  }

  /// The set in its folder that the file at `path`, which has one array, is a part of by its name; nil where
  /// the name does not tell of which part.
  private static func set(of path: String) throws -> DataFolder? {
    let (folder, name) = (FileSystem.parent(of: path), path.split(separator: "/").last ?? "")
    guard let file = DataFile(String(name), in: folder), file.split != nil else { return nil }
    return try DataFolder(withSetOf: file, in: folder)
  }

  private init(path: String, archive: ZipArchive?) { (self.path, self.archive) = (path, archive) }

  /// The archive at `path`. Its members are called as Keras calls arrays, `x_train`, `y_train`, `x_test` and
  /// `y_test`, or by another of the names that ``ArrayName`` knows; the only member may have any name.
  ///
  /// - Throws: `DataError`, also where two names mean the same, as `x_train` and `train_images` do.
  private init(archive path: String) throws {
    let archive = try ZipArchive(path: path)
    self.init(path: path, archive: archive)
    if archive.members.count == 1 {
      members = [ArrayName.Place(split: nil, part: .images): archive.members[0]]
      return
    }
    for member in archive.members {
      guard let name = ArrayName(member.arrayName), name.prefix.isEmpty else { continue }
      if let former = members[name.place] {
        throw DataError.malformed(
          path,
          problem:
            "the names \(former.arrayName) and \(member.arrayName) mean the same, and both are in "
            + "this archive",
          advice: "leave one of them out, or give it another name")
      }
      members[name.place] = member
    }
    guard has(.train) || has(.test) else {
      throw DataError.noArrays(path, archive.members.map(\.name))
    }
  }

  func has(_ split: Dataset.Split) -> Bool {
    archive == nil ? split == .train : place(of: split) != nil
  }

  func missing(_ split: Dataset.Split) -> DataError {
    DataError.missing(
      path,
      problem: split == .train
        ? "there are no images to train on (x_train) in this file"
        : "there are no test images (x_test) in this file",
      advice: "name other images with \(setting: .data)")
  }

  var notices: [Sentence] {
    guard let archive, archive.members.count > 1 else { return [] }
    return archive.members.compactMap { member in
      UnusedImages(member.arrayName, prefix: "") {
        try NPYArray(ZipMember(member, of: archive), as: .images)
      }?.notice(at: path)
    }
  }

  var holdsOut: Bool { true }

  func open(_ split: Dataset.Split, _ share: Share) throws -> any ImageReader {
    guard let archive, let place = place(of: split), let images = members[place] else {
      return try ArrayReader(NPYArray(UnpackedFile(path: path), as: .images), share) { nil }
    }
    let labels = members[ArrayName.Place(split: place.split, part: .labels)]
    return try ArrayReader(
      NPYArray(ZipMember(images, of: archive), as: .images), share,
      advice: DataError.withoutLabels(called: labels?.arrayName ?? "")
    ) {
      try labels.map { try NPYArray(ZipMember($0, of: archive), as: .labels) }
    }
  }

  /// What the images of `split` stand under; nil where there are none.
  private func place(of split: Dataset.Split) -> ArrayName.Place? {
    [ArrayName.Place(split: split, part: .images)].first { members[$0] != nil }
      ?? (split == .train
        ? [ArrayName.Place(split: nil, part: .images)].first { members[$0] != nil } : nil)
  }

  /// The array in the file at `path`, which may be an archive with one array.
  static func array(_ path: String, as role: ArrayRole) throws -> any StoredArray {
    var file = try UnpackedFile(path: path)
    guard FileSignature(try file.readBeginning(FileSignature.prefixSize)) == .zip else {
      return try NPYArray(UnpackedFile(path: path), as: role)
    }
    let archive = try ZipArchive(path: path)
    guard archive.members.count == 1 else {
      throw DataError.malformed(
        path, problem: "there are \(archive.members.count) arrays in here, where one is wanted",
        advice: "name the archive itself with \(setting: .data, path)")
    }
    return try NPYArray(ZipMember(archive.members[0], of: archive), as: role)
  }
}

extension DataError {
  /// The archive at `path` has arrays called `names`, and none is known to hold images.
  fileprivate static func noArrays(_ path: String, _ names: [String]) -> DataError {
    let shown = names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", …" : "")
    return malformed(
      path,
      problem: names.isEmpty
        ? "there is no NumPy array in this zip archive"
        : "there is no x_train or x_test in this archive, only \(shown)",
      advice: names.isEmpty
        ? "unpack it, and name the folder"
        : "give the arrays the names x_train, y_train, x_test and y_test: numpy.savez(\"data.npz\", x_train=images)"
    )
  }
}
