/// Arranges many small pictures of one size on a large picture.
///
/// Pixels are enlarged by whole factors and stay crisp; thin grey lines run between the pictures.
/// A row that is not full ends in black.
package struct Sheet: Sendable {
  /// The height of a small picture in pixels.
  package var imageHeight = 28
  /// The width of a small picture in pixels.
  package var imageWidth = 28
  /// How many small pictures stand side by side.
  package var columns: Int
  /// Each pixel becomes this many in either direction.
  package var scale = 2
  /// How many pixels wide the lines are.
  package var line = 1
  /// How many pixels lie between one pair of rows and the next, lines included: see
  /// ``pairs(originals:reconstructions:)``.
  package var gap = 8
  /// The shade of lines and gaps.
  package var lineShade: UInt8 = 64

  /// A sheet for pictures of 28 × 28 pixels; change its properties for others.
  package init(columns: Int) {
    self.columns = columns
  }

  /// A picture of all `images`, row by row; their shape is (count, imageHeight, imageWidth).
  package func grid(_ images: Span<UInt8>) -> GreyImage {
    let rows = rowCount(of: images)
    let tops = (0..<rows).map { line + $0 * (cellHeight + line) }
    var sheet = blank(height: line + rows * (cellHeight + line))
    draw(images, tops: tops, on: &sheet)
    return sheet
  }

  /// A picture of pairs of rows: one of originals and, below it, one of their reconstructions.
  ///
  /// `originals` and `reconstructions` have the shape (count, imageHeight, imageWidth).
  package func pairs(originals: Span<UInt8>, reconstructions: Span<UInt8>) -> GreyImage {
    precondition(
      originals.count == reconstructions.count, "each original needs one reconstruction")
    let rows = rowCount(of: originals)
    let step = 2 * cellHeight + line + gap
    let tops = (0..<rows).map { line + $0 * step }
    var sheet = blank(height: rows * step - gap + 2 * line)
    draw(originals, tops: tops, on: &sheet)
    draw(reconstructions, tops: tops.map { $0 + cellHeight + line }, on: &sheet)
    return sheet
  }
}

extension Sheet {
  private var cellWidth: Int { imageWidth * scale }
  private var cellHeight: Int { imageHeight * scale }

  /// An upper bound of the number of pixels of a grid of `count` pictures, or of pairs of rows with as many
  /// pictures, reconstructions included.
  package func pixelCount(of count: Int) -> Int {
    let rows = 2 * (((count + 1) / 2 - 1) / columns + 1)
    return (rows * (cellHeight + gap + line) + line) * (columns * (cellWidth + line) + line)
  }

  private func rowCount(of images: Span<UInt8>) -> Int {
    precondition(
      columns > 0 && !images.isEmpty && images.count.isMultiple(of: imageHeight * imageWidth),
      "\(images.count) pixels are not pictures of \(imageHeight) × \(imageWidth)")
    return (images.count / (imageHeight * imageWidth) - 1) / columns + 1
  }

  private func blank(height: Int) -> GreyImage {
    GreyImage(width: line + columns * (cellWidth + line), height: height, shade: lineShade)
  }

  /// Draws rows of pictures; `tops` are the rows' upper edges.
  private func draw(_ images: Span<UInt8>, tops: [Int], on sheet: inout GreyImage) {
    for (row, top) in tops.enumerated() {
      for column in 0..<columns {
        let first = (row * columns + column) * imageHeight * imageWidth
        let left = line + column * (cellWidth + line)
        for y in 0..<cellHeight {
          for x in 0..<cellWidth {
            let source = first + y / scale * imageWidth + x / scale
            let shade = first < images.count ? images[source] : 0
            sheet.pixels[(top + y) * sheet.width + left + x] = shade
          }
        }
      }
    }
  }
}
