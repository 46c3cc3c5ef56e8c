import Kernels
import Support
import Testing

/// Products of factors in bf16.
@Suite struct BFloat16ProductTests {
  private static let sets = InstructionSet.available.filter(\.hasBF16)

  /// A probe compares thousands of products of all shapes with plain loops over models of the
  /// instructions: AVX-512 BF16 and AMX if the processor has them, and AMX in emulation. It tests
  /// the layouts of weights, too.
  @Test("bit for bit by the definitions") func definitions() throws {
    let outcome = try Command([Command.built("bf16-probe")]).run(seconds: 300)
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.output)\(outcome.errors)")
  }

  /// Compares products with plain sums in double precision of the rounded factors. The product of
  /// two numbers in bf16 is exact in fp32.
  @Test(
    arguments: [
      (1, 1, 1), (1, 7, 1), (7, 1, 7), (15, 17, 31), (17, 15, 33), (32, 63, 65), (65, 40, 20),
      (20, 784, 40), (66, 20, 400), (61, 128, 400),
    ], [false, true])
  func product(shape: (rows: Int, inner: Int, columns: Int), hasBias: Bool) {
    for set in Self.sets {
      let engine = MatrixEngine(set)
      for rectifies in [false, true] {
        let reference = ProductReference(
          rows: shape.rows, inner: shape.inner, columns: shape.columns, precision: .bf16)
        let a = PaddedOperand(
          shape.rows, shape.inner, values: reference.a, padding: 3, precision: .bf16)
        let b = Pairs(shape.inner, shape.columns, values: reference.b)
        let bias = PaddedMatrix(1, shape.columns, values: reference.bias)
        let c = PaddedMatrix(shape.rows, shape.columns, padding: 3)
        let rounded = PaddedOperand(
          shape.rows, shape.columns, values: c.matrix.elements, padding: 3, precision: .bf16)
        for target in [Operand(c.matrix), rounded.operand] {
          engine.multiply(
            a.operand, .pairs(b.view), into: target, bias: hasBias ? bias.matrix : nil,
            epilogue: rectifies ? .rectifier : .none)
        }
        for (place, element) in c.matrix.elements.enumerated() {
          let (expected, tolerance) = reference.expected(
            place, hasBias: hasBias, rectifies: rectifies)
          #expect(abs(Double(element) - expected) <= tolerance, "\(shape) at \(place)")
        }
        #expect(rounded.operand.elements == c.matrix.elements.map { BFloat16($0).float })
        #expect(b.view.elements == reference.b.map { BFloat16($0).float })
        let isIntact = c.surroundingsAreIntact()
        #expect(isIntact)
      }
    }
  }

  @Test("what is not finite passes a rectifier", arguments: [Float.nan, .infinity])
  func notFinite(value: Float) {
    for set in Self.sets {
      let a = PaddedOperand(2, 3, values: [1, 1, 1, 1, value, 1], precision: .bf16)
      let b = Pairs(3, 20, values: [Float](repeating: 1, count: 60))
      let c = PaddedMatrix(2, 20)
      MatrixEngine(set).multiply(
        a.operand, .pairs(b.view), into: Operand(c.matrix), epilogue: .rectifier)
      #expect(c.matrix.rows(0..<1).elements.allSatisfy { $0 == 3 })
      #expect(c.matrix.rows(1..<2).elements.allSatisfy { !$0.isFinite })
    }
  }
}

/// A second factor in bf16 with its memory.
private struct Pairs: ~Copyable {
  let view: PairedMatrix
  private let memory: Buffer<Float>

  /// The factor (depth, columns) with `values` in row-major order, half of it as rows and half as
  /// columns of its transpose.
  init(_ depth: Int, _ columns: Int, values: [Float]) {
    memory = Buffer(
      repeating: 0, count: PairedMatrix.floats(depth: depth, columns: columns))
    view = PairedMatrix(inPlaceOf: memory.vector, depth: depth, columns: columns)
    let matrix = PaddedMatrix(depth, columns, values: values)
    let transposed = PaddedMatrix(columns, depth)
    transposed.matrix.copy(from: matrix.matrix.transposed)
    let half = columns / 2
    view.round(rows: 0..<depth, from: matrix.matrix)
    view.round(columns: half..<columns, from: transposed.matrix.rows(half..<columns))
  }
}
