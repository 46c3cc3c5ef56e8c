extension Dataset {
  /// Reads the two files of one split from a folder.
  ///
  /// They may be plain or compressed with gzip, and be spelt `train-images-idx3-ubyte` or
  /// `train-images.idx3-ubyte`, with or without `.gz`.
  ///
  /// - Throws: `DataError` if a file is missing or unreadable, not in the IDX format, has other
  ///   dimensions than images (3) or labels (1) have, holds a label above 9, or if there are not
  ///   as many labels as images.
  public static func load(directory: String = defaultDirectory, split: Split) throws -> Dataset {
    let imagePath = try locate(split, "images", dimensionCount: 3, in: directory)
    let labelPath = try locate(split, "labels", dimensionCount: 1, in: directory)
    let labels = try IDX(contentsOf: labelPath, dimensionCount: 1).elements
    let images = try IDX(contentsOf: imagePath, dimensionCount: 3)
    guard images.dimensions[0] == labels.count else {
      throw DataError.malformed(
        labelPath, at: 4,
        "there are \(labels.count) labels for the \(images.dimensions[0]) images of \(imagePath)")
    }
    if let index = labels.firstIndex(where: { $0 > 9 }) {
      throw DataError.malformed(
        labelPath, at: IDX.headerSize(dimensionCount: 1) + index,
        "label \(labels[index]) is not a digit from 0 to 9")
    }
    return Dataset(
      images: images.elements, labels: labels,
      rows: images.dimensions[1], columns: images.dimensions[2])
  }
}
