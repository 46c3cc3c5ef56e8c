extension Vector {
  /// Sets every element to the sum of the same element of all `terms`, added in the order of
  /// `terms`. The vector itself may be one of them.
  ///
  /// The order is the same for every element, so vectors that are cut into parts give the same
  /// bits.
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
        for term in terms.dropFirst() { Self.add(term.base + start, to: sum, count: length) }
        (base + start).update(from: sum, count: length)
      }
    }
  }

  private static func add(
    _ term: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count { sum[i] += term[i] }
  }

  /// The sum of the squares of all elements. The order of additions depends on their count alone.
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
}
