package import Images
internal import Platform

/// The height and width of an image in pixels.
package struct ImageSize: Codable, Equatable {
  package var rows: Int
  package var columns: Int

  /// Whether an image has `pixels`: files may tell any numbers, whose product need not exist.
  func hasPixels(_ pixels: Int) -> Bool {
    rows > 0 && columns > 0 && pixels.isMultiple(of: rows) && pixels / rows == columns
  }

  /// An image of `rows` × `columns`.
  package init(rows: Int, columns: Int) { (self.rows, self.columns) = (rows, columns) }

  /// What a model's file tells of images of `pixels`; nil where it does not.
  package init?(toldBy metadata: [String: String], pixels: Int) {
    let sides = ["rows", "columns"].map { metadata["lockstep.\($0)"].flatMap { Int($0) } ?? 0 }
    self.init(rows: sides[0], columns: sides[1])
    if !hasPixels(pixels) { return nil }
  }

  /// Makes sure that a model of such images is not used on those of another shape, which may have as
  /// many pixels.
  ///
  /// - Throws: `Failure` with `badData`.
  package func require(in shapes: [Dataset.Shape], of directory: String) throws {
    for shape in shapes where (shape.rows, shape.columns) != (rows, columns) {
      throw Failure(
        .badData,
        "\(directory): images are \(shape.rows) × \(shape.columns) pixels, those of the model "
          + "\(rows) × \(columns); use data of that shape")
    }
  }

  /// What images of `pixels` are where nobody tells, as earlier versions did not: a square, else one
  /// row.
  package init(guessedFrom pixels: Int) {
    let side = Int(Double(pixels).squareRoot())
    self.init(
      rows: side * side == pixels ? side : 1, columns: side * side == pixels ? side : pixels)
  }
}
