/// How several samples of z for each image fill the rows of a ``Workspace``: an image has as many rows,
/// one after another, as samples at a time.
///
/// How samples are grouped changes no number: a row's bits do not depend on the other rows.
struct SampleGroups {
  /// The samples of each image.
  let samples: Int

  /// The images of a chunk. They are few where the samples are many, so that a chunk takes milliseconds:
  /// progress is told, and a request to stop is heeded, between chunks.
  let images: Int

  /// The samples of an image that are computed at a time.
  let width: Int

  /// Groups `samples` of each image.
  init(_ samples: Int) {
    let capacity = Workspace.capacity
    // A chunk has about 16 times as many samples as rows.
    let most = max(1, 16 * capacity / samples)
    images = min(capacity, most)
    let passes = (samples + capacity / images - 1) / (capacity / images)
    width = (samples + passes - 1) / passes
    self.samples = samples
  }

  /// The samples of each group.
  var groups: [Range<Int>] {
    stride(from: 0, to: samples, by: width).map { $0..<min($0 + width, samples) }
  }
}
