internal import Images
package import Kernels
package import MPI
internal import VAE

extension InferenceSession {
  /// Finds, for each of `count` vectors, the `neighbours` nearest of `points`; collective.
  ///
  /// - Parameters:
  ///   - neighbours: how many are found, 1 to 16, and at most as many as there are points.
  ///   - count: the number of vectors.
  ///   - fill: writes the vectors at given positions to a matrix (positions, columns); called on any rank and
  ///     thread.
  ///   - points: among what neighbours are looked for, the same on all ranks.
  ///   - communicator: the ranks.
  /// - Returns: the neighbours, on rank zero; none on the other ranks.
  /// - Throws: where MPI fails.
  package func nearest(
    _ neighbours: Int, toEachOf count: Int, vectors fill: (Range<Int>, Matrix) -> Void,
    among points: PointSet, on communicator: borrowing Communicator
  ) throws -> Neighbours {
    var found = Neighbours(each: neighbours)
    try passes.collect(count, width: 2 * neighbours, among: communicator) {
      workspace, positions, results in
      let memory = Buffer<Float>(repeating: 0, count: positions.count * points.columns)
      let targets = memory.vector.matrix(rows: positions.count, columns: points.columns)
      fill(positions, targets)
      let finder = NearestRows(neighbours, columns: points.columns, engine: workspace.model.engine)
      finder.find(
        nearestTo: targets, among: points.count, areMostlyZero: points.areMostlyZero,
        rows: points.fill, into: results.rows(0..<positions.count))
    } receive: { positions, rows in
      found.add(rows, count: positions.count)
    }
    return found
  }
}

/// Vectors among which neighbours are looked for.
package struct PointSet {
  /// How many there are.
  package let count: Int
  /// The elements of each.
  package let columns: Int
  /// Whether most of the elements are zero.
  let areMostlyZero: Bool
  /// Writes the vectors at given positions to a matrix (positions, columns).
  package let fill: (Range<Int>, Matrix) -> Void

  /// `count` vectors of `columns` elements, which `fill` writes.
  package init(count: Int, columns: Int, fill: @escaping (Range<Int>, Matrix) -> Void) {
    (self.count, self.columns, self.fill) = (count, columns, fill)
    areMostlyZero = false
  }

  /// The vectors in `memory` (count, columns), which the caller keeps alive.
  package init(_ memory: Vector, columns: Int) {
    let all = memory.matrix(rows: memory.count / columns, columns: columns)
    self.init(count: all.rows, columns: columns) { $1.copy(from: all.rows($0)) }
  }

  /// The pixels, from 0 to 1, of selected images, grey as they are in the files.
  package init(_ selection: ImageSelection) {
    let images = selection.images(.grey)
    (count, columns) = (selection.count, selection.pixelCount)
    areMostlyZero = images.areMostlyBlack
    fill = { positions, pixels in
      images.dataset.fill(pixels, as: Operand(pixels), order: images.order, positions: positions)
    }
  }
}

/// The nearest neighbours of some vectors, the nearest first.
package struct Neighbours {
  /// How many neighbours each vector has.
  package let each: Int
  /// All distances, (vectors, each).
  package private(set) var distances: [Float] = []
  /// The neighbours' positions, (vectors, each).
  package private(set) var positions: [Int] = []

  /// Neighbours of no vectors yet.
  package init(each: Int) { self.each = each }

  /// Adds the neighbours of `count` vectors, as `NearestRows` writes them: (count, 2 · each).
  package mutating func add(_ rows: Span<Float>, count: Int) {
    for row in 0..<count {
      for place in 0..<each {
        distances.append(rows[2 * each * row + place])
        positions.append(Int(rows[2 * each * row + each + place]))
      }
    }
  }

  /// How many vectors have been added.
  package var count: Int { distances.count / each }

  /// The distance from each vector to its neighbour at `place`, counted from the nearest, 0.
  package func distances(at place: Int) -> [Float] {
    (0..<count).map { distances[$0 * each + place] }
  }

  /// The neighbours of `vector`.
  package func positions(of vector: Int) -> ArraySlice<Int> {
    positions[vector * each..<(vector + 1) * each]
  }
}
