package import Images
internal import Platform

/// The height and width of an image in pixels.
package struct ImageSize: Codable, Equatable {
  package var rows: Int
  package var columns: Int

  /// Whether an image of this size has `pixels` pixels. Rows and columns may be from a file, where their
  /// product may overflow, so it is not computed.
  func hasPixels(_ pixels: Int) -> Bool {
    rows > 0 && columns > 0 && pixels.isMultiple(of: rows) && pixels / rows == columns
  }

  /// The size `rows` × `columns`.
  package init(rows: Int, columns: Int) { (self.rows, self.columns) = (rows, columns) }

  /// The size in the metadata of a model's file; nil where the metadata have no size, or one without `pixels`
  /// pixels.
  package init?(toldBy metadata: [String: String], pixels: Int) {
    let sides = ["rows", "columns"].map { metadata["lockstep.\($0)"].flatMap { Int($0) } ?? 0 }
    self.init(rows: sides[0], columns: sides[1])
    if !hasPixels(pixels) { return nil }
  }

  /// Makes sure that all `shapes` of images, on which a model of this size is used, have this size: images of
  /// another size may have as many pixels.
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

  /// A guess of the size of images of `pixels`, for models of earlier versions, whose files do not tell it:
  /// a square, or one row where `pixels` is not a square number.
  package init(guessedFrom pixels: Int) {
    let side = Int(Double(pixels).squareRoot())
    self.init(
      rows: side * side == pixels ? side : 1, columns: side * side == pixels ? side : pixels)
  }
}
