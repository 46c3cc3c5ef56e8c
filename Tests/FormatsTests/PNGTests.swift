import Formats
import Testing

@Suite struct PNGTests {
  /// A gradient, noise, and one pixel: what is decoded by other code is what was encoded.
  @Test(arguments: [(1, 1), (3, 2), (913, 57), (300, 300)])
  func decodedAgain(width: Int, height: Int) {
    var image = GreyImage(width: width, height: height, shade: 64)
    var state: UInt32 = 1
    for index in image.pixels.indices where index % 3 != 0 {
      state = state &* 1_664_525 &+ 1_013_904_223
      image.pixels[index] =
        index % 1000 < 500 ? UInt8(truncatingIfNeeded: index) : UInt8(state >> 24)
    }
    let png = PNGDecoder(PNG.encode(image))
    #expect((png.width, png.height) == (width, height))
    #expect(png.pixels == image.pixels)
    // No time, no text: nothing but the picture.
    #expect(Set(png.chunks) == ["IHDR", "IDAT", "IEND"])
    #expect(png.chunks.last == "IEND")
  }
}
