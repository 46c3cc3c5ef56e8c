/// The Bernoulli likelihood of grey pixels x, whose probabilities are given as logits a.
///
/// −log p(x|a) = Σ max(a, 0) − a x + log(1 + e^−|a|). This is PyTorch's
/// `binary_cross_entropy_with_logits` summed over the pixels; its gradient with respect to a is
/// σ(a) − x.
public enum BernoulliLikelihood {
  /// The number of partial sums: pixel i is added to partial sum i mod `partialSums`. Nothing else
  /// decides the order of additions.
  private static let partialSums = 16

  /// The number of factors 1 + e^−|a| ≤ 2 that are multiplied before a logarithm is taken, since
  /// log u + log v = log u v. The product of 96 factors, at most 2⁹⁶, does not overflow.
  private static let factors = 96

  /// Writes each row's cross-entropy in nats to `loss` and replaces `logits` by `scale` × the
  /// gradient of the cross-entropy with respect to the logits. Also rounds that gradient into
  /// `operand`.
  ///
  /// `logits` and `operand` are (n K, pixels), `loss` is (n K, 1), and `pixels` is (n, pixels): K rows of
  /// logits, one after another, belong to one image.
  public static func forwardAndBackward(
    logits: Matrix, pixels: Matrix, scale: Float, loss: Matrix, as operand: Operand
  ) {
    operand.requireView(of: logits)
    logits.requireRowMajor("logits", rows: loss.rows, columns: pixels.columns)
    pixels.requireRowMajor("pixels", rows: pixels.rows, columns: pixels.columns)
    let draws = loss.rowCount(perRowOf: pixels)
    for row in 0..<loss.rows {
      let (a, x) = (logits.row(row), pixels.row(row / draws))
      loss[row, 0] = sum(a, x, count: pixels.columns) { pixel, mean in
        a[pixel] = (mean - x[pixel]) * scale
      }
      operand.roundRow(row, from: logits)
    }
  }

  /// Writes each row's cross-entropy in nats to `loss`.
  ///
  /// `logits` and `pixels` are (n, pixels), `loss` is (n, 1).
  public static func forward(logits: Matrix, pixels: Matrix, loss: Matrix) {
    logits.requireRowMajor("logits", rows: loss.rows, columns: pixels.columns)
    pixels.requireRowMajor("pixels", rows: loss.rows, columns: pixels.columns)
    for row in 0..<loss.rows {
      loss[row, 0] = sum(logits.row(row), pixels.row(row), count: pixels.columns) { _, _ in }
    }
  }

  /// Writes the means σ(a), in 0…1, of `logits` to `means`. Both are (n, pixels).
  public static func means(logits: Matrix, into means: Matrix) {
    logits.requireRowMajor("logits", rows: means.rows, columns: means.columns)
    means.requireRowMajor("means", rows: means.rows, columns: means.columns)
    for row in 0..<logits.rows {
      let (a, mean) = (logits.row(row), means.row(row))
      for pixel in 0..<logits.columns { mean[pixel] = sigmoid(a[pixel]).mean }
    }
  }

  /// The logit log (p / (1 − p)) of a mean p between 0 and 1.
  public static func logit(_ mean: Float) -> Float { logarithm(mean) - logarithm(1 - mean) }

  /// Writes each row's sum of the squared differences between means σ(a) and pixels to `errors`.
  ///
  /// `logits` and `pixels` are (n, pixels), `errors` is (n, 1).
  public static func squaredErrors(logits: Matrix, pixels: Matrix, errors: Matrix) {
    logits.requireRowMajor("logits", rows: errors.rows, columns: pixels.columns)
    pixels.requireRowMajor("pixels", rows: errors.rows, columns: pixels.columns)
    for row in 0..<errors.rows {
      let (a, x) = (logits.row(row), pixels.row(row))
      var sum: Float = 0
      for pixel in 0..<pixels.columns {
        let difference = sigmoid(a[pixel]).mean - x[pixel]
        sum += difference * difference
      }
      errors[row, 0] = sum
    }
  }

  /// σ(a), and the factor 1 + e^−|a|, whose logarithm is a part of the loss.
  @inline(__always)
  private static func sigmoid(_ a: Float) -> (mean: Float, factor: Float) {
    let e = exponential(-abs(a))
    let factor = 1 + e
    let larger = 1 / factor
    return (a >= 0 ? larger : e * larger, factor)
  }

  /// The cross-entropy of one image of `count` logits `a` and pixels `x`. Calls `use` with each
  /// pixel's index and mean σ(a).
  @inline(__always)
  private static func sum(
    _ a: UnsafeMutablePointer<Float>, _ x: UnsafeMutablePointer<Float>, count: Int,
    use: (Int, Float) -> Void
  ) -> Float {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * partialSums) { scratch in
      let (sums, products) = (scratch.baseAddress!, scratch.baseAddress! + partialSums)
      sums.initialize(repeating: 0, count: partialSums)
      products.initialize(repeating: 1, count: partialSums)
      for start in stride(from: 0, to: count, by: partialSums * factors) {
        let end = min(start + partialSums * factors, count)
        let whole = end - (end - start) % partialSums
        for block in stride(from: start, to: whole, by: partialSums) {
          for lane in 0..<partialSums {
            add(a, x, pixel: block + lane, to: &sums[lane], factor: &products[lane], use: use)
          }
        }
        for pixel in whole..<end {
          let lane = pixel - whole
          add(a, x, pixel: pixel, to: &sums[lane], factor: &products[lane], use: use)
        }
        for lane in 0..<partialSums { sums[lane] += logarithm(products[lane]) }
        products.update(repeating: 1, count: partialSums)
      }
      var total: Float = 0
      for lane in 0..<partialSums { total += sums[lane] }
      return total
    }
  }

  /// Adds max(a, 0) − a x of one pixel to `sum`, and multiplies `product` by 1 + e^−|a|.
  @inline(__always)
  private static func add(
    _ a: UnsafeMutablePointer<Float>, _ x: UnsafeMutablePointer<Float>, pixel: Int,
    to sum: inout Float, factor product: inout Float, use: (Int, Float) -> Void
  ) {
    let logit = a[pixel]
    let (mean, factor) = sigmoid(logit)
    sum += (logit > 0 ? logit : 0) - logit * x[pixel]
    product *= factor
    use(pixel, mean)
  }
}
