/// What the name of a NumPy array tells: a file's name without its ending, or a name in an archive.
///
/// Known are Keras' names, `x_train`, `y_train`, `x_test` and `y_test`; `train_images`, `train-imgs`,
/// `test_labels` and the like; `train` and `test` for images alone; and, for one set that nobody has cut in
/// two, `images` or `x`, and `labels` or `y`. A publisher's name may stand before, as in
/// `k49-train-imgs`. Upper and lower case, hyphens and underscores make no difference.
struct ArrayName: Equatable {
  /// What an array holds.
  struct Place: Hashable {
    /// The split; nil for the only set.
    var split: Dataset.Split?
    var part: DataFile.Part
  }

  /// What the array holds.
  let place: Place
  /// The publisher's name, in small letters, with hyphens between its words.
  let prefix: String

  private static let splits: [String: Dataset.Split] = ["train": .train, "test": .test]

  private static let parts: [String: DataFile.Part] = [
    "images": .images, "imgs": .images, "x": .images, "labels": .labels, "y": .labels,
  ]

  /// Reads a name; nil where it is none of these.
  init?(_ name: String) {
    var words = name.lowercased().split { $0 == "-" || $0 == "_" }.map(String.init)
    guard let last = words.popLast() else { return nil }
    if let split = Self.splits[last] {
      let part = words.last.flatMap { Self.parts[$0] }
      if part != nil { words.removeLast() }
      place = Place(split: split, part: part ?? .images)
    } else if let part = Self.parts[last] {
      let split = words.last.flatMap { Self.splits[$0] }
      if split != nil { words.removeLast() }
      place = Place(split: split, part: part)
    } else {
      return nil
    }
    prefix = words.joined(separator: "-")
  }
}
