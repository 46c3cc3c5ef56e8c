import CProducts
import Glibc
import Kernels
import Testing

/// Products against their definition, each element a chain of fused multiply-adds in order of k, or
/// a tree of such chains: equal bits, with all instructions that this processor has.
@Suite struct ProductsTests {
  /// The numbers that chains begin with.
  enum Start: CaseIterable { case zero, bias, former, tree }

  /// A product's shape, and how its matrices lie in memory.
  struct Shape: CustomStringConvertible {
    var (rows, columns, depth) = (0, 0, 0)
    var isTransposed = (a: false, b: false)
    /// Floats between rows.
    var padding = 0
    var start = Start.zero
    var rectifies = false
    var isGated = false
    /// Whether four of five numbers of a are zero, and the others, with b's, near the smallest.
    var isSparse = false

    var description: String {
      "(\(rows), \(depth)) (\(depth), \(columns)), transposed \(isTransposed), padding \(padding), "
        + "from \(start), rectifies \(rectifies), gated \(isGated), sparse \(isSparse)"
    }
  }

  private static let instructions = [CProducts_baseline, CProducts_avx2, CProducts_avx512]
    .filter { CProducts_has($0) }

  /// Sizes around those of vectors and blocks, and depths that need several passes.
  private static let sizes = [
    (1, 1, 1), (1, 1, 700), (1, 50, 1), (50, 1, 1), (8, 48, 20), (9, 49, 3), (7, 47, 65),
    (6, 16, 784),
    (5, 17, 513), (13, 40, 400), (12, 20, 30), (17, 100, 1030), (260, 5, 3), (66, 33, 12),
    (3, 400, 9),
  ]

  private static let shapes = sizes.enumerated().flatMap { number, size in
    (0..<8).map { variant in
      let start = Start.allCases[(number + variant / 2) % 4]
      return Shape(
        rows: size.0, columns: size.1, depth: size.2,
        isTransposed: (variant & 1 != 0, variant & 2 != 0 && start != .tree),
        // Rows that are 1024 floats apart are copied before they are used.
        padding: [0, 3, 1024][(number + variant) % 3],
        start: start, rectifies: variant & 4 != 0, isGated: variant % 3 == 1)
    }
  }

  @Test("all instructions have the definition's bits", arguments: sizes.indices)
  func bits(number: Int) {
    for shape in Self.shapes[8 * number..<8 * (number + 1)] {
      let trial = Trial(shape)
      let expected = trial.expected.map(\.bitPattern)
      for instructions in Self.instructions {
        for skipsZeros in [false, true] {
          let result = trial.multiply(instructions, skipsZeros: skipsZeros)
          let message = "\(shape) \(instructions), skips zeros \(skipsZeros)"
          #expect(result.elements.map(\.bitPattern) == expected, "\(message)")
          #expect(result.isIntact, "\(message) wrote outside")
        }
      }
    }
  }

  /// Skipping zeros can only change a sum that is −0, since −0 + 0 is +0. Here sums begin with −0,
  /// or become −0 because small results are flushed to zero.
  @Test("zeros that are skipped change no bit, nor a zero's sign", arguments: sizes.indices)
  func zeros(number: Int) {
    let mode = SubnormalMode.current
    SubnormalMode.flushing.set()
    defer { mode.set() }
    for var shape in Self.shapes[8 * number..<8 * (number + 1)] {
      shape.isSparse = true
      let trial = Trial(shape)
      let expected = trial.multiply(CProducts_baseline).elements.map(\.bitPattern)
      for instructions in Self.instructions {
        let result = trial.multiply(instructions, skipsZeros: true)
        #expect(result.elements.map(\.bitPattern) == expected, "\(shape) \(instructions)")
        #expect(result.isIntact, "\(shape) \(instructions) wrote outside")
      }
    }
  }

  /// NaN and infinity must show in the loss.
  @Test("what is no number stays none", arguments: instructions.indices, [Float.nan, .infinity])
  func notFinite(number: Int, value: Float) {
    var shape = Shape(rows: 2, columns: 21, depth: 5)
    shape.rectifies = true
    var trial = Trial(shape)
    trial.a[7] = value
    let elements = trial.multiply(Self.instructions[number]).elements
    let isFinite = elements.map(\.isFinite)
    #expect(isFinite[..<21] == [Bool](repeating: true, count: 21)[...])
    #expect(isFinite[21...].contains(false))
    // A rectifier keeps NaN and makes −∞ zero.
    let isLeft = elements[21...].map { $0.isNaN || $0 == .infinity || $0 == 0 }
    #expect(!isLeft.contains(false))
  }

  @Test("without depth a product is what its chains begin with")
  func withoutDepth() {
    for start in Start.allCases {
      var shape = Shape(rows: 3, columns: 19, depth: 0)
      shape.start = start
      let trial = Trial(shape)
      for instructions in Self.instructions {
        #expect(trial.multiply(instructions).elements == trial.expected, "\(start)")
      }
    }
  }
}

/// The numbers of one product.
private struct Trial {
  let shape: ProductsTests.Shape
  var a: [Float]
  let b: [Float]
  /// The contents of c before the product, including the padding between rows.
  let former: [Float]
  let gate: [Float]
  let bias: [Float]

  init(_ shape: ProductsTests.Shape) {
    self.shape = shape
    let (m, n, k) = (shape.rows, shape.columns, shape.depth)
    a = normals(max(1, (max(m, k) + shape.padding) * max(m, k)), seed: 1)
    let numbers = normals(max(1, (max(n, k) + shape.padding) * max(n, k)), seed: 2)
    b = shape.isSparse ? numbers.map { $0 * 1e-19 } : numbers
    former = normals(m * (n + shape.padding), seed: 3)
    let start = normals(n, seed: 4)
    bias = shape.isSparse ? start.map { $0 < 0 ? -0.0 : 0 } : start
    if shape.isSparse {
      a = a.enumerated().map { $0 % 5 == 0 ? $1 * 1e-19 : $1 < 0 ? -0.0 : 0 }
    }
    gate = normals(former.count, seed: 5).map { abs($0) < 0.3 ? 0 : $0 }
  }

  /// The distances between elements of a column and between elements of a row.
  private func strides(_ columns: Int, _ rows: Int, isTransposed: Bool) -> (Int, Int) {
    isTransposed ? (1, rows + shape.padding) : (columns + shape.padding, 1)
  }

  private var aStrides: (Int, Int) {
    strides(shape.depth, shape.rows, isTransposed: shape.isTransposed.a)
  }
  private var bStrides: (Int, Int) {
    strides(shape.columns, shape.depth, isTransposed: shape.isTransposed.b)
  }
  private var cStride: Int { shape.columns + shape.padding }

  /// The elements of the product by the definition.
  var expected: [Float] {
    (0..<shape.rows).flatMap { i in
      (0..<shape.columns).map { j in
        var sum: Float =
          switch shape.start {
          case .zero: chain(i, j, over: 0..<shape.depth, from: 0)
          case .bias: chain(i, j, over: 0..<shape.depth, from: bias[j])
          case .former: chain(i, j, over: 0..<shape.depth, from: former[i * cStride + j])
          case .tree: tree(i, j, parts: 0..<(shape.depth + 63) / 64)
          }
        if shape.rectifies && sum < 0 { sum = 0 }
        return shape.isGated && !(gate[i * cStride + j] > 0) ? 0 : sum
      }
    }
  }

  private func chain(_ i: Int, _ j: Int, over range: Range<Int>, from start: Float) -> Float {
    range.reduce(start) { sum, k in
      fmaf(a[i * aStrides.0 + k * aStrides.1], b[k * bStrides.0 + j * bStrides.1], sum)
    }
  }

  private func tree(_ i: Int, _ j: Int, parts: Range<Int>) -> Float {
    guard parts.count > 1 else {
      return chain(
        i, j, over: parts.lowerBound * 64..<min(parts.upperBound * 64, shape.depth), from: 0)
    }
    var left = 1
    while 2 * left < parts.count { left *= 2 }
    let middle = parts.lowerBound + left
    return tree(i, j, parts: parts.lowerBound..<middle)
      + tree(i, j, parts: middle..<parts.upperBound)
  }

  /// Computes the product's elements. `isIntact` is false if anything else was written.
  func multiply(
    _ instructions: CProducts_instructions, skipsZeros: Bool = false
  ) -> (elements: [Float], isIntact: Bool) {
    var c = former
    var scratch = [Float](repeating: .nan, count: Int(CProducts_scratch))
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        bias.withUnsafeBufferPointer { bias in
          c.withUnsafeMutableBufferPointer { c in
            var product = CProducts_product()
            (product.rows, product.columns) = (shape.rows, shape.columns)
            product.depth = shape.depth
            product.is_sparse = skipsZeros
            product.a = CProducts_factor(base: a.baseAddress, row: aStrides.0, column: aStrides.1)
            product.b = CProducts_factor(base: b.baseAddress, row: bStrides.0, column: bStrides.1)
            switch shape.start {
            case .zero: break
            case .bias: product.start.base = bias.baseAddress
            case .former:
              product.start = CProducts_companion(base: c.baseAddress, row: cStride)
            case .tree: product.is_tree = true
            }
            product.rectifies = shape.rectifies
            if shape.isGated { product.gate.row = cStride }
            (product.c, product.c_row) = (c.baseAddress, cStride)
            gate.withUnsafeBufferPointer { gate in
              if shape.isGated { product.gate.base = gate.baseAddress }
              CProducts_multiply(instructions, &product, &scratch)
            }
          }
        }
      }
    }
    var elements: [Float] = []
    for i in 0..<shape.rows {
      let row = i * cStride..<i * cStride + shape.columns
      elements += c[row]
      c.replaceSubrange(row, with: former[row])
    }
    return (elements, c == former)
  }
}
