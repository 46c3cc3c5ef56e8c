package import Images
internal import Kernels
package import MPI
internal import Platform
internal import Ranks

extension InferenceSession {
  /// The codes (labels, latent) of typical images: for each of `labels`, the code nearest to the mean of
  /// the codes of all images with this label. Collective.
  ///
  /// - Returns: the codes, on all ranks.
  /// - Throws: on all ranks, where the images have no labels, one of `labels` has no image, or a code is
  ///   not finite.
  package func typicalCodes(
    of labels: [UInt8], in dataset: Dataset, among communicator: borrowing Communicator
  ) throws -> [Float] {
    guard dataset.shape.hasLabels else {
      throw SharedFailure(
        Failure(
          .badData,
          "these test images have no labels, which \(setting: .digits) goes by; use \(setting: .walk) instead"
        ))
    }
    for label in labels {
      guard (0..<dataset.count).contains(where: { dataset.labels[$0] == label }) else {
        throw SharedFailure(
          Failure(
            .badData, "no test image has the label \(label); leave it out of \(setting: .digits)"))
      }
    }
    // The images are encoded twice, so that not all codes need be in memory.
    var means = ClassMeans()
    try encode(dataset, among: communicator) { positions, codes in
      means.add(codes, labels: positions.map { dataset.labels[$0] })
    }
    var nearest = NearestCodes(means)
    try encode(dataset, among: communicator) { positions, codes in
      nearest.add(codes, labels: positions.map { dataset.labels[$0] })
    }
    var codes = [Float](repeating: 0, count: labels.count * latent)
    if communicator.rank == 0 { codes = labels.flatMap { nearest.codes[$0]! } }
    var span = codes.mutableSpan
    try communicator.broadcast(&span, from: 0)
    return codes
  }
}

/// The mean code of the images of each label.
package struct ClassMeans {
  private var sums: [UInt8: [Double]] = [:]
  private var counts: [UInt8: Int] = [:]

  /// Means to which no codes have been added yet.
  package init() {}

  /// Adds the codes (n, latent) of n images, one for each of `labels`.
  package mutating func add(_ codes: Span<Float>, labels: [UInt8]) {
    let latent = codes.count / max(labels.count, 1)
    for (row, label) in labels.enumerated() {
      counts[label, default: 0] += 1
      add(codes, from: row * latent, to: &sums[label, default: Array(repeating: 0, count: latent)])
    }
  }

  private func add(_ codes: Span<Float>, from start: Int, to sum: inout [Double]) {
    for k in sum.indices { sum[k] += Double(codes[start + k]) }
  }

  /// The mean code of `label`; nil where no image has this label.
  subscript(label: UInt8) -> [Double]? {
    sums[label].map { sum in sum.map { $0 / Double(counts[label]!) } }
  }
}

/// For each label, the code nearest to the mean of the label's codes; of several equally near codes, the
/// first.
package struct NearestCodes {
  /// The nearest codes so far, by label.
  package private(set) var codes: [UInt8: [Float]] = [:]
  private var distances: [UInt8: Double] = [:]
  private let means: [UInt8: [Double]]

  /// Looks for the codes nearest to `means`.
  package init(_ means: ClassMeans) {
    self.means = Dictionary(
      uniqueKeysWithValues: (UInt8.min...UInt8.max).compactMap { label in
        means[label].map { (label, $0) }
      })
  }

  /// Compares the codes (n, latent) of n images with the nearest so far. Each of `labels` must have a mean.
  package mutating func add(_ all: Span<Float>, labels: [UInt8]) {
    let latent = all.count / max(labels.count, 1)
    for (row, label) in labels.enumerated() {
      let mean = means[label]!
      var distance = 0.0
      for k in 0..<latent {
        let difference = Double(all[row * latent + k]) - mean[k]
        distance += difference * difference
      }
      guard distance < distances[label] ?? .infinity else { continue }
      distances[label] = distance
      codes[label] = (row * latent..<(row + 1) * latent).map { all[$0] }
    }
  }
}
