package import Images

/// What tells the images of a run from others: part of its checkpoints' state.
package struct DataFingerprint: Codable, Equatable {
  /// The SHA-256 of the images that it is trained on, in hexadecimal: of their number, rows and
  /// columns, each as 64 bits, little-endian, then of all pixels. Labels play no part in training.
  package var train: String

  /// That of the images that it is judged by; nil where there are none.
  package var test: String?

  /// That of one split.
  package subscript(split: Dataset.Split) -> String? { split == .train ? train : test }

  /// Of data with the splits train and, where there is one, test.
  package init(_ data: borrowing NodeData) {
    (train, test) = (data.digests[0], data.digests.dropFirst().first)
  }

  /// A digest as sentences tell it.
  package static func short(_ digest: String) -> String { "\(digest.prefix(12))…" }
}
