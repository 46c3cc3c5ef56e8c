internal import CSPNG
internal import Glibc

/// The PNG format, as far as pictures in shades of grey need it.
///
/// Source: Portable Network Graphics (PNG) Specification, https://www.w3.org/TR/png-3/; encoded and
/// decoded by libspng.
package enum PNG {
  /// The first bytes of every PNG file.
  static let signature: [UInt8] = [0x89] + Array("PNG\r\n\u{1a}\n".utf8)

  /// The number that `bytes` are, the most significant first.
  static func integer(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

  /// The bytes of a PNG file: 8-bit greyscale, not interlaced, without any date or comment.
  ///
  /// The same picture gives the same bytes as long as libspng and zlib are the same.
  package static func encode(_ image: GreyImage) -> [UInt8] {
    guard let width = UInt32(exactly: image.width), let height = UInt32(exactly: image.height),
      let context = spng_ctx_new(CInt(SPNG_CTX_ENCODER.rawValue))
    else { preconditionFailure("no PNG of \(image.width) × \(image.height) pixels is possible") }
    defer { spng_ctx_free(context) }
    var header = spng_ihdr()
    header.width = width
    header.height = height
    header.bit_depth = 8
    header.color_type = UInt8(SPNG_COLOR_TYPE_GRAYSCALE.rawValue)
    check(spng_set_option(context, SPNG_ENCODE_TO_BUFFER, 1))
    check(spng_set_ihdr(context, &header))
    check(
      spng_encode_image(
        context, image.pixels, image.pixels.count, CInt(SPNG_FMT_PNG.rawValue),
        CInt(SPNG_ENCODE_FINALIZE.rawValue)))
    var count = 0
    var status: CInt = 0
    let bytes = spng_get_png_buffer(context, &count, &status)
    check(status)
    defer { free(bytes) }
    return Array(UnsafeRawBufferPointer(start: bytes, count: count))
  }

  /// The width and height that a PNG file begins with; nil if the bytes are not a PNG file, or one
  /// of the two is zero.
  static func dimensions(of file: [UInt8]) -> (width: Int, height: Int)? {
    let start = signature + Array("\0\0\0\rIHDR".utf8)
    guard file.count >= 24, file.starts(with: start) else { return nil }
    let sizes = [16, 20].map { integer(file[$0..<$0 + 4]) }
    return sizes.allSatisfy { $0 > 0 } ? (sizes[0], sizes[1]) : nil
  }

  /// Writing to memory fails only where memory is exhausted or libspng is used wrongly.
  private static func check(_ status: CInt) {
    precondition(status == 0, "libspng: \(String(cString: spng_strerror(status)))")
  }
}
