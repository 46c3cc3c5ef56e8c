/// Draws black and white images from grey ones: the image with index `images[n]` becomes row n of
/// `matrix`, and of `operand`, with pixels 0 and 1.
///
/// A pixel of byte b is 1 with probability b / 255, to 2⁻³². The draw of pixel `i` of image `n` is
/// the word of `draws` at the position `first` + `n` and the index `i`, whatever row the image comes to.
///
/// `bytes` holds the images one after another, each of `matrix.columns` pixels. `matrix` and
/// `operand` are (images.count, pixels).
public func fillBinaryPixels(
  _ matrix: Matrix, as operand: Operand, from bytes: borrowing Span<UInt8>,
  images: borrowing Span<UInt32>, numberedFrom first: Int = 0, draws: RandomStream
) {
  operand.requireView(of: matrix)
  matrix.requireRowMajor("pixels", rows: images.count, columns: matrix.columns)
  let pixels = matrix.columns
  bytes.withUnsafeBufferPointer { source in
    for row in 0..<matrix.rows {
      let offset = Int(images[row]) * pixels
      require(offset + pixels <= source.count, "image \(images[row]) is not among the bytes")
      draw(
        matrix.row(row), from: source.baseAddress! + offset, count: pixels, draws: draws,
        position: first + Int(images[row]))
      operand.roundRow(row, from: matrix)
    }
  }
}

/// Draws one image of `count` pixels.
private func draw(
  _ target: UnsafeMutablePointer<Float>, from image: UnsafePointer<UInt8>, count: Int,
  draws: RandomStream, position: Int
) {
  func drawBlock(_ start: Int, width: Int) {
    let words = draws.words(position: position, block: start / 4)
    for lane in 0..<width {
      target[start + lane] = isWhite(image[start + lane], draw: words[lane]) ? 1 : 0
    }
  }
  target.update(repeating: 0, count: count)
  let whole = count - count % 4
  for start in stride(from: 0, to: whole, by: 4) {
    // Most pixels are black, and black needs no draw.
    let isBlack = UnsafeRawPointer(image + start).loadUnaligned(as: UInt32.self) == 0
    if !isBlack { drawBlock(start, width: 4) }
  }
  if whole < count { drawBlock(whole, width: count - whole) }
}

/// Whether `draw` / 2³² < `byte` / 255, exactly.
///
/// Since 2³² = 255 · 0x01010101 + 1, `byte` · 2³² / 255 is `byte` · 0x01010101 and a fraction of
/// `byte` / 255: a whole number is less than that if it is at most `byte` · 0x01010101, except that
/// none is less than 0.
@inline(__always)
private func isWhite(_ byte: UInt8, draw: UInt32) -> Bool {
  byte > 0 && draw <= UInt32(byte) &* 0x0101_0101
}
