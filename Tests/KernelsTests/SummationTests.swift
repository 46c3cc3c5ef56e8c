import Kernels
import Testing

@Suite struct SummationTests {
  /// Lengths around that of a block of the sum.
  static let counts = [1, 7, 2047, 2048, 2049, 10_000]

  /// A vector over a buffer's memory, for as long as `body` takes.
  private func with<Result>(_ values: [Float], _ body: (Vector) -> Result) -> Result {
    let buffer = Buffer<Float>(repeating: 0, count: max(values.count, 1))
    let vector = buffer.vector[0..<values.count]
    for (index, value) in values.enumerated() { vector[index] = value }
    return body(vector)
  }

  private func elements(_ vector: Vector) -> [Float] { (0..<vector.count).map { vector[$0] } }

  @Test("a vector is added to another", arguments: counts)
  func add(count: Int) {
    let (terms, others) = (normals(count, seed: 1), normals(count, seed: 2))
    with(terms) { sum in
      with(others) { other in
        sum.add(other)
        #expect(elements(sum).bits == zip(terms, others).map { $0 + $1 }.bits)
        #expect(elements(other).bits == others.bits)
      }
    }
  }

  /// Whole numbers small enough to be added exactly.
  @Test("squares are added up", arguments: counts + [0, 16, 1024, 1040])
  func squares(count: Int) {
    let values = (0..<count).map { Float($0 % 7 - 3) }
    with(values) { vector in
      #expect(vector.sumOfSquares == Double(values.reduce(0) { $0 + Int($1 * $1) }))
    }
  }

  /// The rounded number and the residual add up exactly to the value that was rounded, since both
  /// are multiples of its last place. So over many calls the sums differ by the last residual
  /// alone.
  @Test("no round's loss is lost", arguments: [1, 33, 4096])
  func feedback(count: Int) {
    let memory = Buffer<Float>(repeating: 0, count: count + 1)
    let rounded = BFloat16Vector(inPlaceOf: memory.vector)[0..<count]
    with([Float](repeating: 0, count: count)) { residual in
      var sent = [Double](repeating: 0, count: count)
      var wanted = sent
      for round in 0..<50 {
        // Large values alternate with small ones that would be lost if they were rounded with them.
        let values = normals(count, seed: UInt64(round)).map { $0 * (round % 2 == 0 ? 1 : 1e-3) }
        let before = elements(residual)
        with(values) { rounded.round($0, feedback: residual) }
        for i in 0..<count {
          let value = values[i] + before[i]
          #expect(rounded[i] == BFloat16(value))
          #expect(residual[i] == value - BFloat16(value).float)
          sent[i] += Double(rounded[i].float)
          wanted[i] += Double(values[i])
        }
      }
      let worst = (0..<count).map { abs(wanted[$0] - sent[$0] - Double(residual[$0])) }.max()!
      // 50 additions of a value and a residual, each rounded to a float of magnitude 4 or less.
      #expect(worst < 50 * 2.4e-7)
    }
  }

  @Test("numbers come back from bf16 exactly")
  func widened() {
    let values = normals(1000, seed: 9)
    let memory = Buffer<Float>(repeating: 0, count: 500)
    let rounded = BFloat16Vector(inPlaceOf: memory.vector)
    with(values) { vector in
      rounded.round(vector)
      vector.copy(from: rounded)
      #expect(elements(vector).bits == values.map { BFloat16($0).float }.bits)
    }
  }
}
