internal import Kernels

extension Dataset {
  /// The images but for the last `count`, and these, which are nil where `count` is zero; both are views of the
  /// same memory. There must be more than `count` images.
  package func holdingOut(_ count: Int) -> (rest: Dataset, last: Dataset?) {
    precondition((0..<self.count).contains(count), "\(count) of \(self.count) images leave none")
    guard count > 0 else { return (self, nil) }
    let end = self.count - count
    return (part(0..<end), part(end..<self.count))
  }

  /// The images with the numbers `range`, of which there is one at least.
  private func part(_ range: Range<Int>) -> Dataset {
    Dataset(
      Shape(count: range.count, rows: rows, columns: columns, hasLabels: shape.hasLabels),
      images: images[range.lowerBound * pixelCount..<range.upperBound * pixelCount],
      labels: shape.hasLabels ? labels[range] : labels)
  }
}
