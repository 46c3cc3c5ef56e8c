extension Vector {
  /// Sets every element to the sum of the terms' elements, added in the order of `terms`, of which
  /// this vector may be one.
  ///
  /// The order does not depend on where a vector is cut, and so neither do the bits.
  public func setToSum(of terms: [Vector]) {
    require(
      !terms.isEmpty && terms.allSatisfy { $0.count == count },
      "a sum needs a term, and terms as long as it is")
    let block = 2048
    withUnsafeTemporaryAllocation(of: Float.self, capacity: block) { sum in
      guard let sum = sum.baseAddress else { return }
      for start in stride(from: 0, to: count, by: block) {
        let length = min(block, count - start)
        sum.initialize(from: terms[0].base + start, count: length)
        for term in terms.dropFirst() { Self.add(term.base + start, to: sum, length) }
        (base + start).update(from: sum, count: length)
      }
    }
  }

  private static func add(
    _ term: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    for i in 0..<count { sum[i] += term[i] }
  }

  /// The sum of the squares of all elements, in an order that depends on their number alone.
  public var sumOfSquares: Double {
    let (block, lanes) = (1024, 16)
    var sum = 0.0
    for start in stride(from: 0, to: count, by: block) {
      let end = min(start + block, count)
      var sums = SIMD16<Float>()
      for index in stride(from: start, to: end, by: lanes) {
        if index + lanes <= end {
          let elements = UnsafeRawPointer(base + index).loadUnaligned(as: SIMD16<Float>.self)
          sums += elements * elements
        } else {
          for rest in index..<end { sums[rest - index] += base[rest] * base[rest] }
        }
      }
      for lane in 0..<lanes { sum += Double(sums[lane]) }
    }
    return sum
  }

  /// Takes over as many numbers in bf16, exactly.
  public func copy(from source: BFloat16Vector) {
    require(source.count == count, "copying \(source.count) numbers into \(count)")
    let (from, to) = (source.base, base)
    for i in 0..<count { to[i] = from[i].float }
  }
}

extension BFloat16Vector {
  /// Rounds as many floats from `source`, and in the next call what this one lost: `residual`.
  ///
  /// Error feedback: Seide et al., "1-bit stochastic gradient descent and its application to
  /// data-parallel distributed training of speech DNNs", Interspeech 2014, §3.
  ///
  /// - Parameters:
  ///   - source: (count), floats.
  ///   - residual: (count), what earlier calls lost; at first zeros.
  public func round(_ source: Vector, feedback residual: Vector) {
    require(
      source.count == count && residual.count == count,
      "rounding \(source.count) floats with \(residual.count) residuals into \(count)")
    let (from, lost, to) = (source.base, residual.base, base)
    for i in 0..<count {
      let value = from[i] + lost[i]
      let rounded = BFloat16(value)
      to[i] = rounded
      lost[i] = value - rounded.float
    }
  }

  /// Calls `body` with the numbers as they are stored, for layers that take spans.
  public func withMutableSpan<Result, Failure: Error>(
    _ body: (inout MutableSpan<UInt16>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // A number is its bit pattern, and nothing else.
    let bits = UnsafeMutableRawPointer(base).assumingMemoryBound(to: UInt16.self)
    var span = unsafe MutableSpan(_unsafeStart: bits, count: count)
    return try body(&span)
  }
}
