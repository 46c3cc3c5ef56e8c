package import Kernels

extension Dataset {
  /// Makes a batch: the pixels of the images at `positions` of `order`, in 0…1.
  ///
  /// `pixels` is (positions.count, pixelCount), and so is `operand`, what products read of it.
  package func fill(_ pixels: Matrix, as operand: Operand, order: EpochOrder, positions: Range<Int>)
  {
    precondition(pixels.columns == pixelCount, "a row of a batch holds one image")
    images.withSpan {
      fillPixels(pixels, as: operand, from: $0, images: order.images.span.extracting(positions))
    }
  }
}
