/// The height and width of an image in pixels.
struct ImageSize: Codable, Equatable {
  var rows: Int
  var columns: Int

  /// Whether an image has `pixels`: files may tell any numbers, whose product need not exist.
  func hasPixels(_ pixels: Int) -> Bool {
    rows > 0 && columns > 0 && pixels.isMultiple(of: rows) && pixels / rows == columns
  }

  /// An image of `rows` × `columns`.
  init(rows: Int, columns: Int) { (self.rows, self.columns) = (rows, columns) }

  /// What a model's file tells of images of `pixels`; a guess where it does not.
  init(of metadata: [String: String], pixels: Int) {
    let sides = ["rows", "columns"].map { metadata["lockstep.\($0)"].flatMap { Int($0) } ?? 0 }
    let told = ImageSize(rows: sides[0], columns: sides[1])
    self = told.hasPixels(pixels) ? told : ImageSize(guessedFrom: pixels)
  }

  /// What images of `pixels` are where nobody tells, as earlier versions did not: a square, else one
  /// row.
  init(guessedFrom pixels: Int) {
    let side = Int(Double(pixels).squareRoot())
    self.init(
      rows: side * side == pixels ? side : 1, columns: side * side == pixels ? side : pixels)
  }
}
