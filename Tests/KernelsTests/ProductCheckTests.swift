import CEmulatedAMX
import CProducts
import Glibc
import Testing

@testable import Kernels

/// The check of a processor's products at the start of a job.
@Suite struct ProductCheckTests {
  @Test("all instructions of this processor pass", arguments: InstructionSet.available)
  func passes(instructions: InstructionSet) {
    let precision = instructions.hasBF16 ? Precision.bf16 : .fp32
    #expect(ProductCheck.isPassed(by: MatrixEngine(instructions), in: precision))
  }

  /// AMX itself is emulated. The code around it needs AVX-512.
  @Test(
    "what is expected of AMX",
    .enabled(if: InstructionSet.available.contains(.avx512), "this processor has no AVX-512"),
    arguments: [false, true])
  func tiles(withZeros: Bool) {
    let scratch = UnsafeMutableRawPointer.allocate(
      byteCount: Int(CProducts_bf16_scratch), alignment: 64)
    defer { scratch.deallocate() }
    let hash = ProductCheck.hashInBFloat16(withZeros: withZeros) { a, b, c, bias in
      var product = CProducts_bf16_product()
      (product.rows, product.columns, product.depth) = (c.rows, c.columns, b.depth)
      product.a = CProducts_bf16_matrix(
        base: a.base.assumingMemoryBound(to: UInt16.self), row: a.layout.rowStride)
      (product.b, product.b_row) = (UnsafePointer(b.base), b.stride)
      product.bias = UnsafePointer(bias.base)
      product.rectifies = true
      (product.c, product.c_row) = (c.base, c.rowStride)
      emulated_multiply(&product, scratch)
    } sum: { a, b, c in
      var sum = CProducts_bf16_sum()
      (sum.rows, sum.columns, sum.positions) = (c.rows, c.columns, a.rows)
      sum.x = CProducts_bf16_matrix(
        base: a.base.assumingMemoryBound(to: UInt16.self), row: a.layout.rowStride)
      sum.delta = CProducts_bf16_matrix(
        base: b.base.assumingMemoryBound(to: UInt16.self), row: b.layout.rowStride)
      (sum.c, sum.c_row) = (c.base, c.rowStride)
      emulated_gradient(&sum, scratch)
    }
    #expect(hash == ProductCheck.expectedInBFloat16[.amx]?[withZeros ? 1 : 0])
  }

  /// The definition of AVX-512 BF16 adds the second product of each pair first.
  @Test("what is expected of AVX-512 BF16", arguments: [false, true])
  func pairs(withZeros: Bool) {
    func chain(_ range: Range<Int>, from start: Float, _ factors: (Int) -> (Float, Float)) -> Float
    {
      stride(from: range.lowerBound, to: range.upperBound, by: 2).reduce(start) { sum, k in
        let (even, odd) = (factors(k), k + 1 < range.upperBound ? factors(k + 1) : (0, 0))
        return fmaf(even.0, even.1, fmaf(odd.0, odd.1, sum))
      }
    }
    let hash = ProductCheck.hashInBFloat16(withZeros: withZeros) { a, b, c, bias in
      let (x, w, columns) = (a.elements, b.elements, b.columns)
      each(c) { i, j in
        let sum = chain(0..<b.depth, from: bias[0, j]) {
          (x[i * b.depth + $0], w[$0 * columns + j])
        }
        return sum < 0 ? 0 : sum
      }
    } sum: { a, b, c in
      let (x, delta) = (a.elements, b.elements)
      each(c) { i, j in
        let parts = stride(from: 0, to: a.rows, by: 64).map { first in
          chain(first..<min(first + 64, a.rows), from: 0) {
            (x[$0 * a.columns + i], delta[$0 * b.columns + j])
          }
        }
        return tree(parts[...])
      }
    }
    #expect(hash == ProductCheck.expectedInBFloat16[.avx512BF16]?[withZeros ? 1 : 0])
  }

  @Test("what is expected are the bits of the definition", arguments: [false, true])
  func definition(withZeros: Bool) {
    let hash = ProductCheck.hash(withZeros: withZeros) { a, b, c, bias in
      each(c) { i, j in
        let sum = (0..<a.columns).reduce(bias[0, j]) { fmaf(a[i, $1], b[$1, j], $0) }
        return sum < 0 ? 0 : sum
      }
    } sum: { a, b, c in
      each(c) { i, j in
        let parts = stride(from: 0, to: a.rows, by: 64).map { first in
          (first..<min(first + 64, a.rows)).reduce(Float(0)) { fmaf(a[$1, i], b[$1, j], $0) }
        }
        return tree(parts[...])
      }
    }
    #expect(
      hash == (withZeros ? ProductCheck.expectedWithZeros : ProductCheck.expected))
  }

  @Test("one wrong bit of one element is found")
  func wrong() {
    let engine = MatrixEngine()
    let hash = ProductCheck.hash(withZeros: false) { a, b, c, bias in
      engine.multiply(a, b, into: c, bias: bias, epilogue: .rectifier)
      if c.columns == 77 { c[8, 76] = c[8, 76].nextUp }
    } sum: {
      engine.sumOverPositions($0, $1, into: $2)
    }
    #expect(hash != ProductCheck.expected)
  }

  private func each(_ matrix: Matrix, _ value: (Int, Int) -> Float) {
    for i in 0..<matrix.rows {
      for j in 0..<matrix.columns { matrix[i, j] = value(i, j) }
    }
  }

  private func tree(_ parts: ArraySlice<Float>) -> Float {
    guard parts.count > 1 else { return parts.first ?? 0 }
    var left = 1
    while 2 * left < parts.count { left *= 2 }
    return tree(parts.prefix(left)) + tree(parts.dropFirst(left))
  }
}
