@testable import Formats
@testable import Images

extension FuzzTarget {
  /// A picture: as it is, and with checksums that are right, since a fuzzer hardly finds these. What was read
  /// must be read again from what we write.
  static let png = FuzzTarget(
    "png",
    // A pixel may have one bit, packed 1032 times, and becomes a byte; libspng and we have a row of four
    // bytes each.
    Memory(each: 10 * 8 * 1032),
    { input in try read(input.bytes) },
    { input in try read(mended(input.bytes)) })

  private static func read(_ bytes: [UInt8]) throws {
    do {
      let picture = try PNG.Picture(bytes)
      let (width, height) = (picture.header.width, picture.header.height)
      var image = GreyImage(width: width, height: height)
      var span = image.pixels.mutableSpan
      try picture.decode(into: &span)
      var again = GreyImage(width: width, height: height)
      var copy = again.pixels.mutableSpan
      try PNG.Picture(PNG.encode(image)).decode(into: &copy)
      claim(again == image, "written and read again, the picture is another")
    } catch is PNG.Problem {}
  }

  /// The bytes with the right checksum in each chunk.
  private static func mended(_ file: [UInt8]) -> [UInt8] {
    var (file, place) = (file, 8)
    while file.count - place >= 12 {
      let length = PNG.integer(file[place..<place + 4])
      guard length <= file.count - place - 12 else { break }
      var checksum = CRC32()
      file[place + 4..<place + 8 + length].withUnsafeBytes { checksum.update($0) }
      let sum = withUnsafeBytes(of: checksum.value.bigEndian, Array.init)
      file.replaceSubrange(place + 8 + length..<place + 12 + length, with: sum)
      place += 12 + length
    }
    return file
  }
}
