internal import Platform

/// A file of a data set, and what its name tells.
struct DataFile {
  /// Which of the two files of a split it is.
  enum Part: CaseIterable {
    case images
    case labels
  }

  let path: String
  /// The split that the file belongs to; nil for a file of NumPy of the only set.
  let split: Dataset.Split?
  /// What the file holds.
  let part: Part
  /// The publisher's name of the set, in small letters, without the hyphen or underscore behind it.
  let prefix: String
  /// Of several files that could be the same part of a set, the file with the lowest precedence is
  /// read.
  let precedence: Int
  /// Whether it is an IDX file by its name, and not one of NumPy.
  let isIDX: Bool

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
    } + ["x_train.npy", "y_train.npy", "x_test.npy", "y_test.npy"]
  }

  /// Reads the name of a file in `folder`; nil if it is not a data file's name.
  init?(_ name: String, in folder: String) {
    guard let file = Self(array: name, in: folder) ?? Self(idx: name, in: folder) else {
      return nil
    }
    self = file
  }

  /// The endings of NumPy's files.
  private static let arrayEndings = [".npy", ".npz", ".npy.gz"]

  /// The name of a file of NumPy without its ending; nil for other files.
  static func arrayStem(_ name: String) -> String? {
    arrayEndings.first { name.lowercased().hasSuffix($0) }.map { String(name.dropLast($0.count)) }
  }

  /// Reads the name of a file of NumPy.
  private init?(array name: String, in folder: String) {
    guard let ending = Self.arrayEndings.firstIndex(where: { name.lowercased().hasSuffix($0) }),
      let array = Self.arrayStem(name).flatMap(ArrayName.init)
    else { return nil }
    path = "\(folder)/\(name)"
    (split, part, prefix) = (array.place.split, array.place.part, array.prefix)
    (precedence, isIDX) = (200 + ending, false)
  }

  /// Reads the name of an IDX file.
  private init?(idx name: String, in folder: String) {
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
    isIDX = true
  }

  /// Opens the file and reads its header.
  ///
  /// - Throws: `DataError`.
  func open() throws -> any StoredArray {
    let role: ArrayRole = part == .images ? .images : .labels
    return isIDX ? try IDXArray(path: path, as: role) : try ArrayFile.array(path, as: role)
  }

  /// The form in which prefixes are compared: small letters, hyphens for underscores and none at the end.
  static func prefix(_ text: String) -> String {
    var text = String(text.lowercased().map { $0 == "_" ? "-" : $0 })
    while text.last == "-" { text.removeLast() }
    return text
  }

  /// Whether a folder, or a link to one, is at ``path``; false if the system does not tell, since
  /// opening the file will say why.
  var isFolder: Bool { FileSystem.isDirectory(path) }
}
