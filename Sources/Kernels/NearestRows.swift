/// Finds the rows of a large matrix that are nearest to given rows, by matrix products.
///
/// |q − r|² = |q|² − 2 q·r + |r|², so among all rows r those with the largest q·r − ½|r|² are the nearest to
/// q. The scores of all pairs are one product, but in single precision the difference of large numbers loses
/// digits: the ``candidates`` with the best scores are compared once more, by Σ (q − r)² in double precision.
/// Rows are taken in order, and of equally near rows the first wins, so that the same numbers give the same
/// neighbours whoever computes them.
///
/// A finder has scratch memory, so each thread needs one of its own.
package final class NearestRows {
  /// How many queries are compared at a time, at most.
  package static let capacity = 128

  /// How many rows are compared at a time: with the queries they stay in the second-level cache.
  private static let block = 256

  /// How many rows with the best scores are compared a second time.
  private static let candidates = 16

  private static let lanes = 16

  private let engine: MatrixEngine
  private let columns: Int
  /// The number of neighbours that are found, at most ``candidates``.
  private let count: Int
  /// The queries, (columns, capacity): the second factor of products.
  private let queries: Buffer<Float>
  private let rows: Buffer<Float>
  private let scores: Buffer<Float>
  /// The least score that a row must exceed to be among a query's candidates, (capacity).
  private let least: Buffer<Float>
  private var best: [[(score: Float, row: Int)]]

  /// The floats of memory that a finder takes for rows of `columns` elements.
  package static func floatCount(columns: Int) -> Int {
    columns * (capacity + block) + (block + 1) * capacity
  }

  /// Prepares to find the `count` nearest rows, which have `columns` elements; products are computed by
  /// `engine`.
  package init(_ count: Int, columns: Int, engine: MatrixEngine) {
    require((1...Self.candidates).contains(count), "\(count) neighbours are not 1 to 16")
    self.engine = engine
    self.columns = columns
    self.count = count
    queries = Buffer(repeating: 0, count: columns * Self.capacity)
    rows = Buffer(repeating: 0, count: Self.block * columns)
    scores = Buffer(repeating: 0, count: Self.block * Self.capacity)
    least = Buffer(repeating: 0, count: Self.capacity)
    best = []
  }

  /// Finds the rows nearest to each of `targets` (n, columns), n ≤ ``capacity``, among `total` rows, which
  /// `fill` writes for given positions to a matrix (positions, columns).
  ///
  /// Writes to `neighbours` (n, 2 count) the distances of the nearest rows, the nearest first, and then
  /// these rows' numbers. There must be `count` rows at least, and at most 2²⁴. All numbers, and the squares
  /// of all rows' lengths, must be finite. `areMostlyZero` tells that most elements of the rows are zero,
  /// which makes products faster and changes no result.
  package func find(
    nearestTo targets: Matrix, among total: Int, areMostlyZero: Bool = false,
    rows fill: (Range<Int>, Matrix) -> Void, into neighbours: Matrix
  ) {
    require(targets.rows <= Self.capacity, "\(targets.rows) queries are too many")
    require((count...1 << 24).contains(total), "\(count) neighbours among \(total) rows")
    begin(targets)
    for start in stride(from: 0, to: total, by: Self.block) {
      let positions = start..<min(start + Self.block, total)
      let part = rows.vector.matrix(rows: positions.count, columns: columns)
      fill(positions, part)
      compare(part, from: start, areMostlyZero: areMostlyZero, queryCount: targets.rows)
    }
    let row = rows.vector.matrix(rows: 1, columns: columns)
    for query in 0..<targets.rows {
      let exact = best[query].map { candidate in
        fill(candidate.row..<candidate.row + 1, row)
        return (distance: squaredDistance(targets.row(query), row.row(0)), row: candidate.row)
      }.sorted { ($0.distance, $0.row) < ($1.distance, $1.row) }
      for place in 0..<count {
        neighbours[query, place] = Float(exact[place].distance.squareRoot())
        neighbours[query, count + place] = Float(exact[place].row)
      }
    }
  }

  private func begin(_ targets: Matrix) {
    let factor = queries.vector.matrix(rows: columns, columns: Self.capacity)
    queries.vector.fill(0)
    factor.columns(0..<targets.rows).copy(from: targets.transposed)
    // Queries that are not there never have a candidate.
    least.vector.fill(.infinity)
    least.vector[0..<targets.rows].fill(-.infinity)
    best = Array(repeating: [], count: targets.rows)
    for query in best.indices { best[query].reserveCapacity(Self.candidates + 1) }
  }

  /// Compares the queries with the rows `part`, of which the first has the number `start`.
  private func compare(
    _ part: Matrix, from start: Int, areMostlyZero: Bool, queryCount: Int
  ) {
    let products = scores.vector.matrix(rows: part.rows, columns: Self.capacity)
    let factor = queries.vector.matrix(rows: columns, columns: Self.capacity)
    engine.multiply(
      Operand(part, isMostlyZero: areMostlyZero), .floats(factor), into: Operand(products))
    for number in 0..<part.rows {
      let half = 0.5 * sumOfSquares(part.row(number))
      let (score, least) = (products.row(number), least.vector.base)
      for lane in stride(from: 0, to: queryCount, by: Self.lanes) {
        let scores = UnsafeRawPointer(score + lane).loadUnaligned(as: SIMD16<Float>.self) - half
        let bounds = UnsafeRawPointer(least + lane).loadUnaligned(as: SIMD16<Float>.self)
        guard any(scores .> bounds) else { continue }
        for query in lane..<min(lane + Self.lanes, queryCount)
        where scores[query - lane] > bounds[query - lane] {
          add((scores[query - lane], start + number), to: query)
        }
      }
    }
  }

  /// Puts a row among the candidates of `query`, behind those with the same score.
  private func add(_ candidate: (score: Float, row: Int), to query: Int) {
    let place = best[query].firstIndex { $0.score < candidate.score } ?? best[query].count
    best[query].insert(candidate, at: place)
    if best[query].count > Self.candidates { best[query].removeLast() }
    if best[query].count == Self.candidates { least.vector[query] = best[query].last!.score }
  }

  /// The squared length of a row, added up in 16 lanes.
  private func sumOfSquares(_ row: UnsafeMutablePointer<Float>) -> Float {
    var sums = SIMD16<Float>()
    let whole = columns / Self.lanes * Self.lanes
    for start in stride(from: 0, to: whole, by: Self.lanes) {
      let x = UnsafeRawPointer(row + start).loadUnaligned(as: SIMD16<Float>.self)
      sums += x * x
    }
    for column in whole..<columns { sums[column - whole] += row[column] * row[column] }
    var sum: Float = 0
    for lane in 0..<Self.lanes { sum += sums[lane] }
    return sum
  }

  private func squaredDistance(
    _ a: UnsafeMutablePointer<Float>, _ b: UnsafeMutablePointer<Float>
  ) -> Double {
    var sum = 0.0
    for column in 0..<columns {
      let difference = Double(a[column]) - Double(b[column])
      sum += difference * difference
    }
    return sum
  }
}
