import Kernels
import Testing

@Suite struct PositionTreeTests {
  /// How the positions of a tree are divided, at multiples of a part.
  private static let cuts: [(count: Int, at: [Int])] = [
    (50, []), (64, [0]), (128, [64]), (300, [64, 192]), (1000, [512]), (1000, [320, 640]),
    (2048, [704, 1408]), (1536, [768]), (777, [64, 128, 192, 256, 320, 384, 448, 512, 576, 640]),
  ]

  private func subtrees(_ cut: (count: Int, at: [Int])) -> [Range<Int>] {
    let borders = [0] + cut.at + [cut.count]
    let tree = PositionTree(count: cut.count)
    return zip(borders, borders.dropFirst()).flatMap { tree.subtrees(of: $0..<$1) }
  }

  @Test(
    "the fewest subtrees",
    arguments: [
      (128, 0..<64, [0..<64]), (128, 0..<128, [0..<128]), (300, 128..<300, [128..<256, 256..<300]),
      (1000, 512..<1000, [512..<1000]), (1000, 64..<512, [64..<128, 128..<256, 256..<512]),
      (2048, 704..<1408, [704..<768, 768..<1024, 1024..<1280, 1280..<1408]),
      (300, 64..<64, []), (0, 0..<0, []), (40, 0..<40, [0..<40]),
    ])
  func fewest(count: Int, range: Range<Int>, expected: [Range<Int>]) {
    #expect(PositionTree(count: count).subtrees(of: range) == expected)
  }

  /// With the sum at each of the places where it can be wanted.
  @Test(
    "sums over subtrees, added in the tree's order, are the bits of the whole sum",
    arguments: cuts, Precision.allCases)
  func bits(cut: (count: Int, at: [Int]), precision: Precision) {
    guard precision.isAvailable else { return }
    let (rows, columns) = (20, 33)
    let x = PaddedOperand(
      cut.count, rows, values: normals(cut.count * rows, seed: 1), precision: precision)
    let delta = PaddedOperand(
      cut.count, columns, values: normals(cut.count * columns, seed: 2), precision: precision)
    let engine = MatrixEngine()
    let subtrees = subtrees(cut)
    let memory = Buffer<Float>(repeating: 0, count: (subtrees.count + 1) * rows * columns)
    let sums = (0...subtrees.count).map {
      memory.vector[$0 * rows * columns..<($0 + 1) * rows * columns]
    }
    func sum(_ positions: Range<Int>, into sum: Vector) {
      engine.sumOverPositions(
        x.operand.rows(positions), delta.operand.rows(positions),
        into: sum.matrix(rows: rows, columns: columns))
    }
    sum(0..<cut.count, into: sums[subtrees.count])
    let whole = (0..<rows * columns).map { sums[subtrees.count][$0].bitPattern }
    for home in subtrees.indices {
      for (positions, place) in zip(subtrees, sums) { sum(positions, into: place) }
      for (into, from) in PositionTree(count: cut.count).additions(of: subtrees, home: home) {
        sums[into].add(sums[from])
      }
      #expect((0..<rows * columns).map { sums[home][$0].bitPattern } == whole)
    }
  }
}
