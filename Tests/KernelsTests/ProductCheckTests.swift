import Glibc
import Testing

@testable import Kernels

/// What a processor's products are held against when a job begins.
@Suite struct ProductCheckTests {
  @Test("all instructions of this processor pass", arguments: InstructionSet.available)
  func passes(instructions: InstructionSet) {
    #expect(ProductCheck.isPassed(by: MatrixEngine(instructions)))
  }

  @Test("what is expected are the bits of the definition")
  func definition() {
    let hash = ProductCheck.hash { a, b, c, bias in
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
    #expect(hash == ProductCheck.expected)
  }

  @Test("one wrong bit of one element is found")
  func wrong() {
    let engine = MatrixEngine()
    let hash = ProductCheck.hash { a, b, c, bias in
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
