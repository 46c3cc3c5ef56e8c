internal import Formats
internal import Platform

/// The array in an NPY file or in a member of an NPZ archive.
///
/// Images are bytes, truth values (255 for true), whole numbers from 0 to 255 or floats from 0 to 1, of which
/// a pixel x becomes 255 x, rounded to the nearest whole number, halves to the even one.
final class NPYArray<Stream: ByteStream & ~Copyable>: StoredArray {
  let dimensions: [Int]
  private var stream: Stream
  private let elements: NPYElements
  /// How many rows an image has as an axis of its own, where the first index of an array of images is the one
  /// that changes from element to element: one where its pixels are one axis. Nil where the last index is.
  private let fortranRows: Int?
  /// All pixels of an array in Fortran order, of which no image lies together in the file; nil before the
  /// first are asked for.
  private var reordered: [UInt8]?
  /// How many pixels have been read.
  private var position = 0

  /// Reads the header of an array, with which `stream` begins.
  ///
  /// - Throws: `DataError`, also where the stream cannot hold as much as the header declares, or the shape is
  ///   not that of images or labels.
  init(_ stream: consuming Stream, as role: ArrayRole) throws {
    let path = stream.path
    let header = try Self.header(of: &stream)
    elements = NPYElements(header)
    try elements.requireRoom(stream.capacity - stream.offset, for: header.shape, path)
    dimensions =
      role == .images
      ? try NPYShape.images(header.shape, path) : try NPYShape.labels(header.shape, path)
    fortranRows =
      header.isFortranOrder && role == .images
      ? header.shape.count == 2 ? 1 : dimensions[1] : nil
    self.stream = stream
  }

  private static func header(of stream: inout Stream) throws -> NPYHeader {
    do {
      return try NPYHeader { try stream.read($0, of: "the header") }
    } catch let problem as NPYHeader.Problem {
      throw DataError.malformed(
        stream.path, problem: problem.text, advice: problem.advice.map { Sentence($0) })
    }
  }

  var path: String { stream.path }
  var countOffset: Int? { nil }

  func readPixels(into pixels: inout MutableSpan<UInt8>) throws {
    if let fortranRows {
      let all = try reordered ?? reorder(rows: fortranRows)
      for index in pixels.indices { pixels[index] = all[position + index] }
    } else if elements.areBytes {
      try stream.read(into: &pixels, of: "elements")
    } else {
      try readElements(pixels.count) { pixels[$0] = try pixel(of: $1, at: position + $0) }
    }
    position += pixels.count
  }

  /// Reads all pixels, of images with so many `rows`, and brings them into row-major order.
  private func reorder(rows: Int) throws -> [UInt8] {
    let count = dimensions[0]
    let columns = dimensions[1] * dimensions[2] / rows
    var all = [UInt8](repeating: 0, count: count * rows * columns)
    try readElements(all.count) { index, bits in
      let (pixel, image) = index.quotientAndRemainder(dividingBy: count)
      let (column, row) = pixel.quotientAndRemainder(dividingBy: rows)
      let place = (image * rows + row) * columns + column
      all[place] = try self.pixel(of: bits, at: place)
    }
    reordered = all
    return all
  }

  func readLabels(into labels: inout MutableSpan<UInt8>) throws {
    try readElements(labels.count) { index, bits in
      guard let label = elements.label(bits) else {
        throw DataError.malformed(
          path,
          problem: "the label of image \(index) is \(elements.text(bits)), and a label is a "
            + "whole number from 0 to 255")
      }
      labels[index] = label
    }
    try finish()
  }

  func finish() throws { try stream.finish() }

  /// The pixel that `bits` are, which is pixel `index` of the array in row-major order.
  private func pixel(of bits: UInt64, at index: Int) throws -> UInt8 {
    if let pixel = elements.pixel(bits) { return pixel }
    let size = dimensions[1] * dimensions[2]
    throw DataError.malformed(
      path,
      problem: "pixel (\(index % size / dimensions[2]), \(index % dimensions[2])) of image "
        + "\(index / size) is \(elements.text(bits)), where numbers are \(elements.range)",
      advice: Sentence(elements.advice))
  }

  /// Reads the next `count` elements, 64 KiB at a time, and calls `take` with the number of each and its
  /// bits.
  private func readElements(
    _ count: Int, _ take: (_ index: Int, _ bits: UInt64) throws -> Void
  ) throws {
    let size = elements.size
    var start = 0
    while start < count {
      let bytes = try stream.read(min(1 << 16, (count - start) * size), of: "elements")
      for index in 0..<bytes.count / size {
        try take(start + index, elements.bits(in: bytes, at: index * size))
      }
      start += bytes.count / size
    }
  }
}
