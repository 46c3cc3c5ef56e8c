import Kernels
import Testing

@Suite struct NonzeroColumnsTests {
  /// Rows of 20 numbers; columns are zero but where a letter stands.
  static let patterns = [
    "....................", "abcdefghijklmnopqrst", "a..................t", "......gh............",
    "ab.de.gh.jk.mn.pq.st", ".bcdefghijklmnopqrst", "abcdefghijkl........",
  ]

  /// Numbers for the columns with letters: each is zero in some row, none in all.
  static func elements(_ pattern: String, rows: Int) -> [Float] {
    (0..<rows).flatMap { row in
      pattern.enumerated().map { column, letter in
        guard letter != "." else { return row == 0 ? -0.0 : 0 }
        return row % 2 == column % 2 ? Float(row - 2 * column) - 0.5 : 0
      }
    }
  }

  @Test("gathering, multiplying and spreading gives the whole product", arguments: patterns)
  func product(pattern: String) {
    let (rows, columns, outputs) = (4, 20, 3)
    let input = Buffer<Float>(repeating: 0, count: rows * columns)
    let delta = Buffer<Float>(repeating: 0, count: rows * outputs)
    let results = Buffer<Float>(repeating: .nan, count: 2 * columns * outputs)
    let a = input.vector.matrix(rows: rows, columns: columns)
    let b = delta.vector.matrix(rows: rows, columns: outputs)
    a.copy(from: Self.elements(pattern, rows: rows))
    b.copy(from: (0..<rows * outputs).map { Float($0) - 3 })
    let whole = results.vector.matrix(rows: columns, columns: outputs)
    let part = results.vector.matrix(at: columns * outputs, rows: columns, columns: outputs)
    let (engine, selection) = (MatrixEngine(), NonzeroColumns(rows: rows, columns: columns))
    engine.multiply(Operand(a).transposed, Operand(b), into: whole)
    selection.choose(Operand(a))
    engine.multiply(
      selection.gather(Operand(a)).transposed, Operand(b), into: part.rows(0..<selection.count))
    selection.spread(part)
    // Small integers and halves: every sum is exact.
    #expect(part.elements == whole.elements)
  }

  @Test("as few columns are gathered as come in multiples of six", arguments: patterns)
  func count(pattern: String) {
    let selection = NonzeroColumns(rows: 4, columns: 20)
    let input = Buffer<Float>(repeating: 0, count: 80)
    let matrix = input.vector.matrix(rows: 4, columns: 20)
    matrix.copy(from: Self.elements(pattern, rows: 4))
    selection.choose(Operand(matrix))
    let nonzero = pattern.count { $0 != "." }
    #expect(selection.count == min(20, (nonzero + 5) / 6 * 6))
    let gathered = selection.gather(Operand(matrix)).elements
    #expect(gathered.count == 4 * selection.count)
    #expect(gathered.filter { $0 != 0 } == matrix.elements.filter { $0 != 0 })
  }

  @Test("numbers in bf16 are gathered as they are", arguments: patterns)
  func bfloat16(pattern: String) {
    let memory = Buffer<Float>(repeating: 0, count: 40)
    let input = Buffer<Float>(repeating: 0, count: 80)
    let matrix = input.vector.matrix(rows: 4, columns: 20)
    matrix.copy(from: Self.elements(pattern, rows: 4))
    let operand = BFloat16Vector(inPlaceOf: memory.vector).operand(rows: 4, columns: 20)
    operand.round(matrix)
    let selection = NonzeroColumns(rows: 4, columns: 20)
    selection.choose(operand)
    let gathered = selection.gather(operand)
    #expect(gathered.precision == .bf16)
    #expect(gathered.elements.filter { $0 != 0 } == matrix.elements.filter { $0 != 0 })
  }

  @Test("what is not a number is not zero")
  func notANumber() {
    let input = Buffer<Float>(repeating: 0, count: 2 * 40)
    let matrix = input.vector.matrix(rows: 2, columns: 40)
    matrix[1, 33] = .nan
    matrix[0, 2] = -.infinity
    let selection = NonzeroColumns(rows: 2, columns: 40)
    selection.choose(Operand(matrix))
    #expect(selection.count == 6)
    let gathered = selection.gather(Operand(matrix)).elements
    #expect(gathered.contains { $0.isNaN } && gathered.contains(-.infinity))
  }

  @Test("an object serves one choice after another")
  func again() {
    let selection = NonzeroColumns(rows: 2, columns: 40)
    let input = Buffer<Float>(repeating: 1, count: 2 * 40)
    selection.choose(Operand(input.vector.matrix(rows: 2, columns: 40)))
    #expect(selection.count == 40)
    let zeros = Buffer<Float>(repeating: 0, count: 2 * 12)
    let small = zeros.vector.matrix(rows: 2, columns: 12)
    selection.choose(Operand(small))
    #expect(selection.count == 0)
    let target = Buffer<Float>(repeating: 7, count: 12 * 5)
    selection.spread(target.vector.matrix(rows: 12, columns: 5))
    let sum = (0..<60).reduce(Float(0)) { $0 + target.vector[$1] }
    #expect(sum == 0)
  }
}
