package import Foundation

/// A small data set in MNIST's format, made up: a bright blot whose place is that of its label.
package struct SmallData {
  package var train: Int
  package var test: Int
  package var rows: Int
  package var columns: Int

  package init(train: Int = 200, test: Int = 70, rows: Int = 8, columns: Int = 8) {
    (self.train, self.test, self.rows, self.columns) = (train, test, rows, columns)
  }

  /// Writes the four files to `folder`, which is made, and returns its path.
  @discardableResult
  package func write(to folder: URL) throws -> String {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, count, salt) in [("train", train, 0), ("t10k", test, 7)] {
      let labels = (0..<count).map { UInt8(($0 * 3 + salt) % 10) }
      let images = labels.enumerated().flatMap { image($0.offset + salt, label: Int($0.element)) }
      try Self.write(
        images: images, labels: labels, rows: rows, columns: columns, to: folder, named: name)
    }
    return folder.path
  }

  /// Writes the two files of one split.
  package static func write(
    images: [UInt8], labels: [UInt8], rows: Int, columns: Int, to folder: URL, named name: String
  ) throws {
    try Data(header([labels.count, rows, columns]) + images)
      .write(to: folder.appendingPathComponent("\(name)-images-idx3-ubyte"))
    try Data(header([labels.count]) + labels)
      .write(to: folder.appendingPathComponent("\(name)-labels-idx1-ubyte"))
  }

  private func image(_ number: Int, label: Int) -> [UInt8] {
    let (top, left) = (label / 5 * rows / 2, label % 5 * columns / 5)
    return (0..<rows * columns).map { pixel in
      let (row, column) = (pixel / columns, pixel % columns)
      let isInside = (top..<top + rows / 2).contains(row) && (left..<left + 2).contains(column)
      return isInside ? UInt8(130 + (number * 31 + pixel * 17) % 126) : 0
    }
  }

  /// The header of an IDX file of unsigned bytes.
  package static func header(_ dimensions: [Int]) -> [UInt8] {
    [0, 0, 8, UInt8(dimensions.count)]
      + dimensions.flatMap { size in
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) }
      }
  }
}
