import Formats
import Testing

/// Pictures small enough to be written down pixel by pixel.
@Suite struct SheetTests {
  private var sheet: Sheet {
    var sheet = Sheet(columns: 2)
    sheet.imageHeight = 1
    sheet.imageWidth = 2
    sheet.scale = 2
    sheet.gap = 3
    sheet.lineShade = 9
    return sheet
  }

  @Test func grid() {
    let image = sheet.grid(([1, 2, 3, 4, 5, 6] as [UInt8]).span)
    #expect((image.width, image.height) == (11, 7))
    let line = [UInt8](repeating: 9, count: 11)
    let first: [UInt8] = [9, 1, 1, 2, 2, 9, 3, 3, 4, 4, 9]
    let second: [UInt8] = [9, 5, 5, 6, 6, 9, 0, 0, 0, 0, 9]
    #expect(image.pixels == line + first + first + line + second + second + line)
  }

  @Test func pairs() {
    let originals: [UInt8] = [1, 2, 3, 4, 5, 6]
    let reconstructions: [UInt8] = [11, 12, 13, 14, 15, 16]
    let image = sheet.pairs(originals: originals.span, reconstructions: reconstructions.span)
    let line = [UInt8](repeating: 9, count: 11)
    let rows: [[UInt8]] = [
      [9, 1, 1, 2, 2, 9, 3, 3, 4, 4, 9], [9, 11, 11, 12, 12, 9, 13, 13, 14, 14, 9],
      [9, 5, 5, 6, 6, 9, 0, 0, 0, 0, 9], [9, 15, 15, 16, 16, 9, 0, 0, 0, 0, 9],
    ]
    let first = line + rows[0] + rows[0] + line + rows[1] + rows[1]
    let second = rows[2] + rows[2] + line + rows[3] + rows[3] + line
    #expect(image.pixels == first + line + line + line + second)
    #expect(image.pixels.count == image.width * image.height)
  }

  @Test("the number of pixels that memory is looked for is enough", arguments: 1...9)
  func bound(count: Int) {
    let images = [UInt8](repeating: 1, count: 2 * count)
    #expect(sheet.grid(images.span).pixels.count <= sheet.pixelCount(of: count))
    let pairs = sheet.pairs(originals: images.span, reconstructions: images.span)
    #expect(pairs.pixels.count <= sheet.pixelCount(of: 2 * count))
  }

  @Test func shades() {
    let values: [Float] = [
      0, 1, 0.5, 0.001, 0.002, 254.4 / 255, 254.6 / 255, -0.1, 1.1, .nan, .infinity, -.infinity,
    ]
    let shades = GreyImage.shades(of: values.span)
    #expect(shades == [0, 255, 128, 0, 1, 254, 255, 0, 255, 0, 255, 0])
  }

  /// A byte that became a float and comes back is the same byte.
  @Test func bytesSurvive() {
    let bytes = Array(UInt8.min...UInt8.max)
    let values = bytes.map { Float($0) / 255 }
    let shades = GreyImage.shades(of: values.span)
    #expect(shades == bytes)
  }
}
