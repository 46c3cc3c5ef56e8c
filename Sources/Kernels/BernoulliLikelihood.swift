/// The Bernoulli observation model of grey pixels, from logits.
///
/// −log p(x|a) = Σ max(a, 0) − a x + log(1 + e^−|a|), which is PyTorch's
/// `binary_cross_entropy_with_logits` summed over pixels; its gradient by a is σ(a) − x.
public enum BernoulliLikelihood {
  /// Pixels that are summed side by side. The order of a sum follows from this number alone.
  private static let lanes = 16

  /// Factors 1 + e^−|a| ≤ 2 whose product one float holds before its logarithm is taken: the sum of
  /// their logarithms at the cost of one.
  private static let factors = 96

  /// Writes each row's cross-entropy in nats, and replaces logits by `scale` × their gradient.
  ///
  /// `logits` and `pixels` are (n, pixels), `loss` (n, 1). Products read `operand` of the gradient.
  public static func forwardAndBackward(
    logits: Matrix, pixels: Matrix, scale: Float, loss: Matrix, as operand: Operand
  ) {
    operand.requireView(of: logits)
    logits.requireRowMajor(loss.rows, pixels.columns, "logits")
    pixels.requireRowMajor(loss.rows, pixels.columns, "pixels")
    for row in 0..<loss.rows {
      let (a, x) = (logits.row(row), pixels.row(row))
      loss[row, 0] = sum(a, x, pixels.columns) { place, mean in
        a[place] = (mean - x[place]) * scale
      }
      operand.roundRow(row, from: logits)
    }
  }

  /// Writes each row's cross-entropy in nats; `logits` and `pixels` (n, pixels), `loss` (n, 1).
  public static func forward(logits: Matrix, pixels: Matrix, loss: Matrix) {
    logits.requireRowMajor(loss.rows, pixels.columns, "logits")
    pixels.requireRowMajor(loss.rows, pixels.columns, "pixels")
    for row in 0..<loss.rows {
      loss[row, 0] = sum(logits.row(row), pixels.row(row), pixels.columns) { _, _ in }
    }
  }

  /// Writes the means σ(a), in 0…1, of `logits`, both (n, pixels).
  public static func means(logits: Matrix, into means: Matrix) {
    logits.requireRowMajor(means.rows, means.columns, "logits")
    means.requireRowMajor(means.rows, means.columns, "means")
    for row in 0..<logits.rows {
      let (a, mean) = (logits.row(row), means.row(row))
      for pixel in 0..<logits.columns { mean[pixel] = sigmoid(a[pixel]).mean }
    }
  }

  /// σ(a), and the factor 1 + e^−|a| of the loss.
  @inline(__always)
  private static func sigmoid(_ a: Float) -> (mean: Float, factor: Float) {
    let e = exponential(-abs(a))
    let factor = 1 + e
    let larger = 1 / factor
    return (a >= 0 ? larger : e * larger, factor)
  }

  /// The cross-entropy of one image; calls `use` with each pixel's place and mean.
  @inline(__always)
  private static func sum(
    _ a: UnsafeMutablePointer<Float>, _ x: UnsafeMutablePointer<Float>, _ count: Int,
    use: (Int, Float) -> Void
  ) -> Float {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * lanes) { scratch in
      let (sums, products) = (scratch.baseAddress!, scratch.baseAddress! + lanes)
      sums.initialize(repeating: 0, count: lanes)
      products.initialize(repeating: 1, count: lanes)
      for start in stride(from: 0, to: count, by: lanes * factors) {
        let end = min(start + lanes * factors, count)
        let whole = end - (end - start) % lanes
        for block in stride(from: start, to: whole, by: lanes) {
          for lane in 0..<lanes { add(a, x, block + lane, &sums[lane], &products[lane], use) }
        }
        for place in whole..<end {
          add(a, x, place, &sums[place - whole], &products[place - whole], use)
        }
        for lane in 0..<lanes { sums[lane] += logarithm(products[lane]) }
        products.update(repeating: 1, count: lanes)
      }
      var total: Float = 0
      for lane in 0..<lanes { total += sums[lane] }
      return total
    }
  }

  @inline(__always)
  private static func add(
    _ a: UnsafeMutablePointer<Float>, _ x: UnsafeMutablePointer<Float>, _ place: Int,
    _ sum: inout Float, _ product: inout Float, _ use: (Int, Float) -> Void
  ) {
    let logit = a[place]
    let (mean, factor) = sigmoid(logit)
    sum += (logit > 0 ? logit : 0) - logit * x[place]
    product *= factor
    use(place, mean)
  }
}
