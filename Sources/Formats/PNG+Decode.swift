internal import CSPNG

extension PNG {
  /// Why the bytes of a file are no picture that can be read: a clause for a sentence about the file.
  package struct Problem: Error, Equatable {
    /// What is wrong.
    package let text: String
  }

  /// What a PNG file's first chunk tells of the picture.
  package struct Header: Equatable, Sendable {
    /// The width in pixels; never zero.
    package let width: Int
    /// The height in pixels; never zero.
    package let height: Int
    /// The bits of a pixel in the file, before compression: 1 to 64.
    let pixelBits: Int
    /// Whether the rows lie in seven passes, each with more of the picture's details.
    let isInterlaced: Bool

    /// The bytes at a file's beginning that the header takes.
    package static let size = 33

    /// Reads the header of a file that begins with `prefix`.
    ///
    /// - Throws: ``PNG/Problem``, also for sizes and depths that the format does not have.
    package init(_ prefix: [UInt8]) throws {
      guard !prefix.isEmpty else { throw Problem(text: "the file is empty") }
      guard prefix.starts(with: PNG.signature) else { throw Problem(text: "this is no PNG file") }
      guard prefix.count >= Self.size else { throw Problem.ending }
      guard prefix[8..<16].elementsEqual([0, 0, 0, 13] + Array("IHDR".utf8)) else {
        throw Problem(text: "the PNG file does not begin with its header")
      }
      let (depth, colors) = (Int(prefix[24]), prefix[25])
      (width, height) = (PNG.integer(prefix[16..<20]), PNG.integer(prefix[20..<24]))
      guard 1..<1 << 31 ~= width, 1..<1 << 31 ~= height else {
        throw Problem(text: "a PNG file cannot have \(height) × \(width) pixels (rows × columns)")
      }
      guard let form = Self.forms[colors], form.depths.contains(depth) else {
        throw Problem(text: "a PNG file has no color type \(colors) with \(depth) bits a sample")
      }
      pixelBits = form.samples * depth
      isInterlaced = prefix[28] != 0
    }

    /// The color types, the samples of a pixel and the bits that a sample may have: PNG specification,
    /// table 11.1.
    private static let forms: [UInt8: (samples: Int, depths: [Int])] = [
      0: (1, [1, 2, 4, 8, 16]), 2: (3, [8, 16]), 3: (1, [1, 2, 4, 8]), 4: (2, [8, 16]),
      6: (4, [8, 16]),
    ]

    /// Whether `count` bytes of a file can hold so many pixels: a byte of deflate data stands for 1032
    /// at most (https://zlib.net/zlib_tech.html).
    package func fits(in count: Int) -> Bool {
      let (bits, overflow) = (width * height).multipliedReportingOverflow(by: pixelBits)
      return !overflow && bits / 8 / 1032 <= count
    }

    /// The problem of a file that has `count` bytes for so many pixels.
    package func problem(in count: Int) -> Problem {
      Problem(
        text:
          "\(count) bytes cannot hold the \(height) × \(width) pixels (rows × columns) that the PNG "
          + "file claims")
    }
  }

  /// The picture in a PNG file of any kind, still compressed.
  ///
  ///     let picture = try PNG.Picture(file)
  ///     try picture.decode(into: &pixels)  // height × width bytes
  package struct Picture {
    /// The size, and how pixels lie in the file.
    package let header: Header

    /// The chunks that the pixels depend on, as a file of their own.
    private let essence: [UInt8]

    /// Finds the picture in the bytes of a file.
    ///
    /// - Throws: ``PNG/Problem``, also where there are too few bytes for the size that the file claims.
    package init(_ file: [UInt8]) throws {
      header = try Header(file)
      let dataCount: Int
      (essence, dataCount) = try PNG.essentials(of: file)
      guard header.fits(in: dataCount) else { throw header.problem(in: dataCount) }
    }

    /// Writes the picture in shades of grey into `pixels`, shape (height, width).
    ///
    /// Samples of fewer than eight bits are stretched to 0…255, of those of 16 bits the upper byte is taken.
    /// Colors become their luma, (19595 red + 38470 green + 7471 blue + 32768) / 65536, as Pillow's
    /// `convert("L")` has it (ITU-R BT.601); what is transparent lies over black. Gamma, color profiles and
    /// all other chunks that a viewer could do without are passed over.
    ///
    /// This takes the memory of a few rows beside `pixels`.
    ///
    /// - Throws: ``PNG/Problem``.
    package func decode(into pixels: inout MutableSpan<UInt8>) throws {
      let (width, height) = (header.width, header.height)
      precondition(pixels.count == width * height, "each pixel becomes one byte")
      guard let context = spng_ctx_new(0) else { throw Problem(text: "there is no memory for it") }
      defer { spng_ctx_free(context) }
      let error = CInt(SPNG_CRC_ERROR.rawValue)
      try PNG.check(spng_set_crc_action(context, error, error))
      // libspng reads from these bytes until the context is freed.
      try essence.withUnsafeBufferPointer { bytes in
        try PNG.check(spng_set_png_buffer(context, bytes.baseAddress, bytes.count))
        try PNG.check(
          spng_decode_image(
            context, nil, 0, CInt(SPNG_FMT_RGBA8.rawValue),
            CInt(SPNG_DECODE_TRNS.rawValue | SPNG_DECODE_PROGRESSIVE.rawValue)))
        var row = [UInt8](repeating: 0, count: 4 * width)
        while let place = try nextRow(of: context, into: &row) {
          for column in place.columns {
            let start = 4 * column
            pixels[place.row * width + column] = PNG.shade(
              row[start], row[start + 1], row[start + 2], alpha: row[start + 3])
          }
        }
      }
    }

    /// Decodes the next row into `row`, four samples a pixel.
    ///
    /// - Returns: which row it is and which of its pixels were decoded, which are not all where rows are
    ///   interlaced (PNG specification, section 8.2); nil where there was no row left.
    private func nextRow(
      of context: OpaquePointer, into row: inout [UInt8]
    ) throws -> (row: Int, columns: StrideTo<Int>)? {
      var place = spng_row_info()
      let status = spng_get_row_info(context, &place)
      if status == SPNG_EOI.rawValue { return nil }
      try PNG.check(status)
      let result = spng_decode_row(context, &row, row.count)
      // The last row comes with the word that none follows.
      if result != SPNG_EOI.rawValue { try PNG.check(result) }
      let pass = header.isInterlaced ? Int(place.pass) : 6
      let (first, step) = ([0, 4, 0, 2, 0, 1, 0][pass], [8, 8, 4, 4, 2, 2, 1][pass])
      return (Int(place.row_num), stride(from: first, to: header.width, by: step))
    }
  }

  /// The shade of a color over black, each sample from 0 to 255.
  private static func shade(
    _ red: UInt8, _ green: UInt8, _ blue: UInt8, alpha: UInt8
  ) -> UInt8 {
    let luma = (19595 * Int(red) + 38470 * Int(green) + 7471 * Int(blue) + 32768) >> 16
    return UInt8((luma * Int(alpha) + 127) / 255)
  }

  /// The chunks of `file` that its pixels depend on, as a file of their own, and the bytes of its compressed
  /// pixels. Other chunks, such as text that unpacks to gigabytes, do not get to libspng.
  private static func essentials(of file: [UInt8]) throws -> (bytes: [UInt8], dataCount: Int) {
    var (essence, dataCount, place) = (signature, 0, signature.count)
    while true {
      guard file.count - place >= 12 else { throw Problem.ending }
      let length = integer(file[place..<place + 4])
      guard length <= file.count - place - 12 else { throw Problem.ending }
      let name = Array(file[place + 4..<place + 8])
      // A small letter begins the names of chunks that a reader may pass over.
      if name[0] & 0x20 == 0 || name == Array("tRNS".utf8) {
        essence += file[place..<place + 12 + length]
      }
      if name == Array("IDAT".utf8) { dataCount += length }
      if name == Array("IEND".utf8) { return (essence, dataCount) }
      place += 12 + length
    }
  }

  /// Throws what libspng finds wrong with a file.
  private static func check(_ status: CInt) throws {
    guard status != 0 else { return }
    throw Problem(text: "the PNG file is damaged (\(String(cString: spng_strerror(status))))")
  }
}

extension PNG.Problem {
  /// The file is not whole.
  fileprivate static let ending = PNG.Problem(text: "the PNG file ends before its last chunk")
}
