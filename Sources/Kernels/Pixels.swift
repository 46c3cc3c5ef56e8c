/// Converts images from bytes 0…255 to floats 0…1: image number `images[n]` becomes row n of
/// `matrix`, and is rounded into `operand`.
///
/// `bytes` holds the images one after another, each of `matrix.columns` pixels. `matrix` and
/// `operand` are (images.count, pixels). A pixel is divided by 255, not multiplied by 1/255, so
/// that the floats are those of PyTorch's `ToTensor`.
public func fillPixels(
  _ matrix: Matrix, as operand: Operand, from bytes: borrowing Span<UInt8>,
  images: borrowing Span<UInt32>
) {
  operand.requireView(of: matrix)
  matrix.requireRowMajor("pixels", rows: images.count, columns: matrix.columns)
  let pixels = matrix.columns
  bytes.withUnsafeBufferPointer { source in
    for row in 0..<matrix.rows {
      let offset = Int(images[row]) * pixels
      require(offset + pixels <= source.count, "image \(images[row]) is not among the bytes")
      let (target, image) = (matrix.row(row), source.baseAddress! + offset)
      for pixel in 0..<pixels { target[pixel] = Float(image[pixel]) / 255 }
      operand.roundRow(row, from: matrix)
    }
  }
}
