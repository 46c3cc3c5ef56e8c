/// The order in which one epoch visits the images: a permutation drawn from (seed, epoch).
///
/// Fisher and Yates' shuffle as Durstenfeld gave it (CACM 7, 1964, algorithm 235). The index of a
/// swap addresses the random number that the swap uses, so every rank makes the same order by
/// itself. For MNIST that takes about 1 ms.
package struct EpochOrder: Sendable {
  /// The image at each position of the epoch.
  package let images: [UInt32]

  /// The order of `count` images in `epoch`. The first epoch is 1.
  package init(count: Int, seed: UInt64, epoch: Int) {
    let stream = RandomStream(seed: seed, purpose: .order, epoch: epoch)
    var images = (0..<count).map { UInt32($0) }
    for place in stride(from: count - 1, to: 0, by: -1) {
      let words = stream.words(position: 0, block: place)
      // The high word of a 64-bit draw times n is uniform in 0..<n to one part in 2⁶⁴ / n.
      let draw = UInt64(words[0]) << 32 | UInt64(words[1])
      images.swapAt(place, Int(draw.multipliedFullWidth(by: UInt64(place + 1)).high))
    }
    self.images = images
  }

  /// The images in ascending order, as evaluation visits them.
  package init(unshuffled count: Int) {
    images = (0..<count).map { UInt32($0) }
  }

  /// At most `most` of `count` images, one at least, in ascending order: all, or some that are spread evenly.
  package init(spread most: Int, over count: Int) {
    let chosen = min(most, count)
    images = (0..<chosen).map { UInt32($0 * count / chosen) }
  }
}
