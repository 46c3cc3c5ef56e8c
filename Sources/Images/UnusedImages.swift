internal import Platform

/// Images that their publisher meant to validate with. No place is known for them: a run holds the last of
/// the images to train on out for that.
struct UnusedImages {
  /// The name of their array or folder.
  let name: String
  /// How many there are; nil where that cannot be told.
  let count: Int?

  private static let words = ["val", "valid", "validation"]

  /// Whether a folder or a word of an array's name tells that images are meant to validate with.
  static func isValidation(_ word: some StringProtocol) -> Bool {
    words.contains(word.lowercased())
  }

  /// The images in an array called `name`, as in `x_val`; nil where the name is another, or has another
  /// publisher's name in front. `open` opens the array.
  init?(_ name: String, prefix: String, open: () throws -> any StoredArray) {
    let words = name.split { $0 == "-" || $0 == "_" }
    guard words.contains(where: Self.isValidation) else { return nil }
    // The rest is as in the name of images to train on.
    let train = words.map { Self.isValidation($0) ? "train" : $0 }.joined(separator: "-")
    guard let array = ArrayName(train), array.place.part == .images, array.prefix == prefix else {
      return nil
    }
    (self.name, count) = (name, try? open().dimensions[0])
  }

  /// The pictures in the folder called `name` at `path`; nil where it is called otherwise, or has none.
  init?(folder name: String, at path: String) {
    guard Self.isValidation(name), FileSystem.isDirectory(path) else { return nil }
    let count = (try? PictureList(path))?.paths.count
    if count == 0 { return nil }
    (self.name, self.count) = (name, count)
  }

  /// Says that the images, which are at `path`, are not used.
  func notice(at path: String) -> Sentence {
    let content = count.map { ", with \(Wording.count($0, "image"))," } ?? ""
    return
      "\(path): \(name)\(content) is not used; to see its loss after each epoch, put its images behind those "
      + "to train on and give \(setting: .validation, count.map(String.init) ?? "N")"
  }
}
