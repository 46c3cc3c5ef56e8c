/// A picture in shades of grey.
package struct GreyImage: Sendable, Equatable {
  /// The width in pixels.
  package let width: Int
  /// The height in pixels.
  package let height: Int
  /// 0 black to 255 white; shape (height, width), row-major.
  package var pixels: [UInt8]

  /// A picture of one shade.
  package init(width: Int, height: Int, shade: UInt8 = 0) {
    precondition(width > 0 && height > 0, "a picture of \(width) × \(height) pixels is none")
    self.width = width
    self.height = height
    pixels = [UInt8](repeating: shade, count: width * height)
  }

  /// The shades of brightnesses from 0 to 1: 255 times each, rounded to the nearest.
  ///
  /// What is below 0, or not a number, is black; what is above 1 is white.
  package static func shades(of values: Span<Float>) -> [UInt8] {
    values.indices.map { index in
      // The comparison is false for a value that is not a number, which so becomes 0.
      let value = values[index] > 0 ? min(values[index], 1) : 0
      return UInt8((value * 255).rounded())
    }
  }
}
