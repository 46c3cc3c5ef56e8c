/// The directions in which points vary most.
///
/// Pearson, "On Lines and Planes of Closest Fit to Systems of Points in Space", 1901. All sums are computed
/// in a fixed order, so that the same points give the same bits.
struct PrincipalComponents {
  /// The mean of all points.
  let mean: [Double]
  /// The directions, of length 1, in the order of decreasing variance. In each direction the element with
  /// the largest absolute value is positive.
  let directions: [[Double]]
  /// The variance of the points along each direction.
  let variances: [Double]

  /// The principal components of `points` (n, dimensions), one point at least.
  ///
  /// Takes about n · dimensions² + 10 · dimensions³ operations.
  init(of points: [Float], dimensions: Int) {
    let count = points.count / dimensions
    var mean = [Double](repeating: 0, count: dimensions)
    for row in 0..<count {
      for k in 0..<dimensions { mean[k] += Double(points[row * dimensions + k]) }
    }
    for k in 0..<dimensions { mean[k] /= Double(count) }
    var covariance = [Double](repeating: 0, count: dimensions * dimensions)
    var centred = [Double](repeating: 0, count: dimensions)
    for row in 0..<count {
      for k in 0..<dimensions { centred[k] = Double(points[row * dimensions + k]) - mean[k] }
      for i in 0..<dimensions {
        for j in i..<dimensions { covariance[i * dimensions + j] += centred[i] * centred[j] }
      }
    }
    for i in 0..<dimensions {
      for j in i..<dimensions {
        covariance[i * dimensions + j] /= Double(count)
        covariance[j * dimensions + i] = covariance[i * dimensions + j]
      }
    }
    let found = SymmetricEigenvectors(of: covariance, dimensions: dimensions)
    let order = (0..<dimensions).sorted {
      (found.values[$1], $0) < (found.values[$0], $1)
    }
    self.mean = mean
    variances = order.map { max(0, found.values[$0]) }
    directions = order.map { column in
      let direction = (0..<dimensions).map { found.vectors[$0 * dimensions + column] }
      let largest = direction.max { abs($0) < abs($1) }!
      return largest < 0 ? direction.map { -$0 } : direction
    }
  }

  /// The coordinates of the points (n, dimensions) along the first two directions.
  func plane(_ points: [Float]) -> [(x: Double, y: Double)] {
    let dimensions = mean.count
    return (0..<points.count / dimensions).map { row in
      var (x, y) = (0.0, 0.0)
      for k in 0..<dimensions {
        let centred = Double(points[row * dimensions + k]) - mean[k]
        x += centred * directions[0][k]
        y += centred * directions[1][k]
      }
      return (x, y)
    }
  }
}

/// Eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations.
///
/// Golub and Van Loan, "Matrix Computations", §8.5: each rotation makes a pair of elements off the diagonal
/// zero; after a few rounds through all pairs, all elements off the diagonal are nearly zero.
struct SymmetricEigenvectors {
  /// The eigenvalues, in no order.
  private(set) var values: [Double]
  /// The eigenvectors, in columns; (dimensions, dimensions).
  private(set) var vectors: [Double]

  private var matrix: [Double]
  private let dimensions: Int

  /// The eigenvalues and eigenvectors of `matrix` (dimensions, dimensions).
  init(of matrix: [Double], dimensions: Int) {
    self.matrix = matrix
    self.dimensions = dimensions
    vectors = [Double](repeating: 0, count: dimensions * dimensions)
    for k in 0..<dimensions { vectors[k * dimensions + k] = 1 }
    values = []
    let size = matrix.reduce(0) { $0 + $1 * $1 }
    for _ in 0..<60 where offDiagonal > size * 1e-26 {
      for p in 0..<dimensions {
        for q in p + 1..<max(dimensions, p + 1) { rotate(p, q) }
      }
    }
    values = (0..<dimensions).map { self.matrix[$0 * dimensions + $0] }
  }

  /// The sum of the squares of the elements off the diagonal.
  private var offDiagonal: Double {
    var sum = 0.0
    for i in 0..<dimensions {
      for j in 0..<dimensions where i != j {
        sum += matrix[i * dimensions + j] * matrix[i * dimensions + j]
      }
    }
    return sum
  }

  private mutating func rotate(_ p: Int, _ q: Int) {
    let n = dimensions
    let element = matrix[p * n + q]
    guard element != 0 else { return }
    let tau = (matrix[q * n + q] - matrix[p * n + p]) / (2 * element)
    let tangent = (tau >= 0 ? 1 : -1) / (abs(tau) + (1 + tau * tau).squareRoot())
    let cosine = 1 / (1 + tangent * tangent).squareRoot()
    let sine = tangent * cosine
    for k in 0..<n {
      let (a, b) = (matrix[k * n + p], matrix[k * n + q])
      matrix[k * n + p] = cosine * a - sine * b
      matrix[k * n + q] = sine * a + cosine * b
    }
    for k in 0..<n {
      let (a, b) = (matrix[p * n + k], matrix[q * n + k])
      matrix[p * n + k] = cosine * a - sine * b
      matrix[q * n + k] = sine * a + cosine * b
    }
    for k in 0..<n {
      let (a, b) = (vectors[k * n + p], vectors[k * n + q])
      vectors[k * n + p] = cosine * a - sine * b
      vectors[k * n + q] = sine * a + cosine * b
    }
  }
}
