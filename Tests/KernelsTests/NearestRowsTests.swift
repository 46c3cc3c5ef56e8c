import Kernels
import Testing

@Suite struct NearestRowsTests {
  /// Finds the `count` rows nearest to each of `targets`, in chunks of as many queries as fit.
  private func find(
    _ count: Int, nearestTo targets: [Float], among rows: [Float], columns: Int,
    areMostlyZero: Bool = false, chunk: Int = NearestRows.capacity
  ) -> (distances: [[Float]], rows: [[Int]]) {
    let finder = NearestRows(count, columns: columns, engine: MatrixEngine())
    let queries = PaddedMatrix(targets.count / columns, columns, values: targets, padding: 3)
    let all = PaddedMatrix(rows.count / columns, columns, values: rows, padding: 1)
    let found = PaddedMatrix(queries.matrix.rows, 2 * count, padding: 5)
    for part in (0..<queries.matrix.rows).pieces(ofAtMost: chunk) {
      finder.find(
        nearestTo: queries.matrix.rows(part), among: all.matrix.rows, areMostlyZero: areMostlyZero,
        rows: { $1.copy(from: all.matrix.rows($0)) }, into: found.matrix.rows(part))
    }
    let values = (0..<found.matrix.rows).map { found.matrix.rows($0..<$0 + 1).elements }
    let isIntact = found.surroundingsAreIntact()
    #expect(isIntact)
    return (
      values.map { Array($0.prefix(count)) }, values.map { $0.dropFirst(count).map { Int($0) } }
    )
  }

  /// The nearest rows by differences in double precision, one pair after another.
  private func expected(
    _ count: Int, nearestTo target: ArraySlice<Float>, among rows: [Float]
  ) -> [(distance: Double, row: Int)] {
    let all = stride(from: 0, to: rows.count, by: target.count).map { start in
      let sum = zip(target, rows[start..<start + target.count]).reduce(0.0) {
        let difference = Double($1.0) - Double($1.1)
        return $0 + difference * difference
      }
      return (distance: sum.squareRoot(), row: start / target.count)
    }
    return Array(all.sorted { ($0.distance, $0.row) < ($1.distance, $1.row) }.prefix(count))
  }

  /// Row and query counts around blocks of 256 and chunks of 128; vectors also far from the origin, where
  /// single precision keeps few digits of differences of squares.
  @Test(
    "the nearest rows are those that differences in double precision find",
    arguments: [
      (queries: 1, rows: 1, columns: 1, count: 1, offset: 0 as Float),
      (1, 5, 3, 5, 0), (3, 16, 2, 16, 0), (130, 255, 2, 5, 10), (17, 256, 20, 5, 0),
      (128, 257, 20, 1, 30), (129, 520, 5, 7, 0), (3, 300, 784, 5, 0.5),
    ])
  func nearest(queries: Int, rows: Int, columns: Int, count: Int, offset: Float) {
    let targets = normals(queries * columns, seed: 1).map { $0 + offset }
    let all = normals(rows * columns, seed: 2).map { $0 + offset }
    let found = find(count, nearestTo: targets, among: all, columns: columns)
    for query in 0..<queries {
      let target = targets[query * columns..<(query + 1) * columns]
      let nearest = expected(count, nearestTo: target, among: all)
      #expect(found.rows[query] == nearest.map(\.row))
      #expect(found.distances[query] == nearest.map { Float($0.distance) })
    }
  }

  @Test("neither chunks nor zeros that are left out change a bit", arguments: [1, 7, 128])
  func same(chunk: Int) {
    let (queries, columns) = (150, 96)
    let pixels = uniforms((queries + 700) * columns, seed: 3).map { $0 < 0.8 ? 0 : $0 }
    let (targets, rows) = (
      Array(pixels[..<(queries * columns)]), Array(pixels[(queries * columns)...])
    )
    let whole = find(5, nearestTo: targets, among: rows, columns: columns)
    let found = find(
      5, nearestTo: targets, among: rows, columns: columns, areMostlyZero: true, chunk: chunk)
    #expect(found.rows == whole.rows && found.distances == whole.distances)
  }

  @Test("of equally near rows the first wins")
  func ties() {
    let rows = Array(repeating: [1, 2] as [Float], count: 600).flatMap(\.self) + [0, 0]
    let found = find(3, nearestTo: [1, 2, 0, 0.5], among: rows, columns: 2)
    #expect(found.rows == [[0, 1, 2], [600, 0, 1]])
    #expect(found.distances[0] == [0, 0, 0] && found.distances[1][0] == 0.5)
  }
}
