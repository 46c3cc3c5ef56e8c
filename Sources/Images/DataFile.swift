/// A file that a data set may have.
struct DataFile {
  /// What it holds.
  enum Part: CaseIterable {
    case images
    case labels
  }

  let path: String
  let split: Dataset.Split
  let part: Part
  /// The publisher's name of the set, in small letters, without the hyphen behind it.
  let prefix: String
  /// Of two files with the same content, the one with the lower rank is read.
  let rank: Int

  /// The spellings of the two parts' names, behind the split's.
  private static let endings: [(part: Part, text: String)] = [
    (.images, "-images-idx3-ubyte"), (.images, "-images.idx3-ubyte"),
    (.labels, "-labels-idx1-ubyte"), (.labels, "-labels.idx1-ubyte"),
    (.labels, "-labels-idx2-int"), (.labels, "-labels.idx2-int"),
  ]

  private static let splits: [(split: Dataset.Split, text: String)] = [
    (.train, "train"), (.test, "t10k"), (.test, "test"),
  ]

  /// The names that a set without a prefix may have.
  static var usualNames: [String] {
    splits.flatMap { split in
      endings.flatMap { ["\(split.text)\($0.text)", "\(split.text)\($0.text).gz"] }
    }
  }

  /// Reads `name`, of a file in `folder`; nil where that is no data file's.
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
    rank = (isPacked ? 100 : 0) + 10 * ending + split
  }

  /// A prefix as it is compared with others.
  static func prefix(_ text: String) -> String {
    var text = text.lowercased()
    while let last = text.last, "-_".contains(last) { text.removeLast() }
    return text
  }

  /// Whether a folder, or a link to one, has the name. What cannot be looked at is left for `open`
  /// to complain about.
  var isFolder: Bool { DirectoryListing.isFolder(path) }
}
