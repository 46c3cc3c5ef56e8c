internal import Kernels

extension Vector {
  /// Consecutive parts of `counts` floats.
  func split(_ counts: [Int]) -> [Vector] {
    var offset = 0
    return counts.map { count in
      defer { offset += count }
      return self[offset..<offset + count]
    }
  }
}
