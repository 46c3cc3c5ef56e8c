/// Turns images of bytes 0…255 into rows of floats 0…1, image number `images[n]` into row n.
///
/// `bytes` holds images of `matrix.columns` pixels one behind the other; `matrix` is
/// (images.count, pixels), and so is `operand`, what products read of it. Division, not a product with
/// the reciprocal, so that the floats are those of PyTorch's `ToTensor`.
public func fillPixels(
  _ matrix: Matrix, as operand: Operand, from bytes: borrowing Span<UInt8>,
  images: borrowing Span<UInt32>
) {
  operand.requireView(of: matrix)
  matrix.requireRowMajor(images.count, matrix.columns, "pixels")
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
