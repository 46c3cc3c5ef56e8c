/// An estimate of a model's log p(x), and how far to trust it: what
/// ``InferenceSession/importanceWeightedBound(_:samples:seed:among:isStopped:receive:)`` finds.
package struct LikelihoodEstimate {
  /// The images whose bounds are known: all, or the first ones where the work was stopped.
  package private(set) var images = 0

  /// The mean of the images' bounds, in nats; nil where there is no image.
  package var mean: Double? { images == 0 ? nil : sum / Double(images) }

  /// The standard error of ``mean`` as an estimate for all images of this kind: the standard deviation of
  /// the images' bounds, with n − 1, over √n. Nil for fewer than two images.
  package var standardError: Double? {
    guard images > 1 else { return nil }
    return (deviations / Double(images - 1) / Double(images)).squareRoot()
  }

  /// The standard error of ``mean`` as an estimate of its expectation over draws of z, for these images:
  /// √(Σ eᵢ²) / n, where eᵢ is that of an image (see ``LogMean/samplingError``). Nil for one
  /// sample of z, and where there is no image.
  package var samplingError: Double? {
    guard images > 0, !squaredErrors.isNaN else { return nil }
    return squaredErrors.squareRoot() / Double(images)
  }

  private var sum = 0.0
  private var running = 0.0
  private var deviations = 0.0
  private var squaredErrors = 0.0

  /// Adds an image's bound and the bound's error; images come in their order.
  ///
  /// The sum of squared deviations is kept as images come: Welford, "Note on a method for calculating
  /// corrected sums of squares and products", Technometrics 4, 1962.
  mutating func add(_ bound: Float, error: Float) {
    let bound = Double(bound)
    images += 1
    sum += bound
    let deviation = bound - running
    running += deviation / Double(images)
    deviations += deviation * (bound - running)
    squaredErrors += Double(error) * Double(error)
  }
}

/// The numbers by which ranks send one another an estimate.
extension LikelihoodEstimate {
  /// All numbers.
  var numbers: [Double] { [Double(images), sum, running, deviations, squaredErrors] }

  /// The estimate with these ``numbers``.
  init(_ numbers: [Double]) {
    images = Int(numbers[0])
    (sum, running, deviations, squaredErrors) = (numbers[1], numbers[2], numbers[3], numbers[4])
  }
}
