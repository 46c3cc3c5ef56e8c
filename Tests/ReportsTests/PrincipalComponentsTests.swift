@testable import Reports
import Testing

/// Points whose components are known.
@Suite struct PrincipalComponentsTests {
  /// Four points on two crossing lines: variance 8 along (0.6, 0.8, 0), 2 along (0.8, −0.6, 0).
  private let cross: [Float] = [
    4.4, 4.2, 1, -0.4, -2.2, 1, 3.6, -0.2, 1, 0.4, 2.2, 1,
  ]

  @Test func directions() {
    let found = PrincipalComponents(of: cross, dimensions: 3)
    let expected = [[0.6, 0.8, 0], [0.8, -0.6, 0], [0, 0, 1]]
    #expect([found.mean.count, found.variances.count, found.directions.count] == [3, 3, 3])
    for (one, other) in zip(found.mean, [2.0, 1, 1]) { #expect(abs(one - other) < 1e-6) }
    for (one, other) in zip(found.variances, [8.0, 2, 0]) { #expect(abs(one - other) < 1e-5) }
    for (row, direction) in zip(expected, found.directions) {
      #expect(direction.count == 3)
      for (one, other) in zip(direction, row) { #expect(abs(one - other) < 1e-6) }
    }
    let places = found.plane(cross)
    for (place, x, y) in [(places[0], 4.0, 0.0), (places[1], -4, 0), (places[2], 0, 2)] {
      #expect(abs(place.x - x) < 1e-5 && abs(place.y - y) < 1e-5)
    }
  }

  /// Σ vᵢ λᵢ vᵢᵀ is the matrix again, and the vectors are orthonormal.
  @Test(arguments: [1, 2, 3, 20, 64])
  func eigenvectors(dimensions n: Int) {
    var matrix = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in i..<n {
        let value = Double((i * 37 + j * 101 + i * j) % 19) - 9
        (matrix[i * n + j], matrix[j * n + i]) = (value, value)
      }
    }
    let found = SymmetricEigenvectors(of: matrix, dimensions: n)
    for i in 0..<n {
      for j in 0..<n {
        var (sum, product) = (0.0, 0.0)
        for k in 0..<n {
          sum += found.vectors[i * n + k] * found.values[k] * found.vectors[j * n + k]
          product += found.vectors[k * n + i] * found.vectors[k * n + j]
        }
        #expect(abs(sum - matrix[i * n + j]) < 1e-9 * Double(n))
        #expect(abs(product - (i == j ? 1 : 0)) < 1e-10)
      }
    }
  }

  @Test("points that are all the same have no directions of their own")
  func onePoint() {
    let found = PrincipalComponents(of: [1, 2, 3, 1, 2, 3], dimensions: 3)
    #expect(found.variances == [0, 0, 0])
    let places = found.plane([1, 2, 3])
    #expect(places.count == 1 && places.allSatisfy { $0.x == 0 && $0.y == 0 })
  }
}
