package import Images
internal import Kernels

/// Images of a data set, in the order of its files: all of them, or some that are spread evenly.
///
/// Position `i` is the selection's image `i`.
package struct ImageSelection {
  private let dataset: Dataset
  private let order: EpochOrder

  /// At most `most` images of `dataset`, one at least.
  package init(_ dataset: Dataset, atMost most: Int) {
    self.dataset = dataset
    order = EpochOrder(spread: most, over: dataset.count)
  }

  /// The images, shown by `pixels`.
  func images(_ pixels: PixelProtocol) -> ImagesInOrder {
    ImagesInOrder(dataset, pixels, order: order)
  }

  /// How many images are selected.
  package var count: Int { order.images.count }

  /// The pixels of an image.
  package var pixelCount: Int { dataset.pixelCount }

  /// Whether the images have labels.
  package var hasLabels: Bool { dataset.shape.hasLabels }

  /// The label of the image at `position`.
  package func label(_ position: Int) -> UInt8 {
    dataset.labels[Int(order.images[position])]
  }

  /// The pixels of the image at `position`, from 0, black, to 255, white.
  package func pixels(_ position: Int) -> [UInt8] {
    dataset.image(Int(order.images[position])).elements
  }
}
