import Kernels
import Testing

/// A row's products must have the same bits however a batch's rows are dealt to ranks.
@Suite struct RowPanelsTests {
  @Test(arguments: [1, 5, 6, 11, 12, 64, 71, 72, 77, 78, 128, 130, 600])
  func cover(count: Int) {
    let panels = Array(RowPanels(6..<6 + count))
    #expect(panels.flatMap { Array($0) } == Array(6..<6 + count))
    #expect(panels.allSatisfy { $0.count <= 72 && $0.lowerBound.isMultiple(of: RowPanels.unit) })
    #expect(panels.dropLast().allSatisfy { $0.count.isMultiple(of: RowPanels.unit) })
    #expect(panels.last!.count >= min(count, RowPanels.unit))
    #expect(Array(RowPanels(6..<6)).isEmpty)
  }

  /// Products as the model has them: forward (with a bias) and backward (with weights transposed).
  @Test(arguments: [(784, 400), (400, 40), (20, 400), (400, 784), (33, 17)], [true, false])
  func sameBits(sizes: (inputs: Int, outputs: Int), forward: Bool) {
    let engine = MatrixEngine()
    let stream = RandomStream(seed: 7, purpose: .training)
    let (rows, inputs, outputs) = (140, sizes.inputs, sizes.outputs)
    let memory = Buffer<Float>(
      repeating: 0, count: rows * inputs + inputs * outputs + outputs + rows * outputs)
    stream.fillUniform(memory.vector, position: 0, from: -1, to: 1)
    let x = memory.vector.matrix(rows: rows, columns: inputs)
    let weights = memory.vector.matrix(
      at: rows * inputs, rows: forward ? inputs : outputs, columns: forward ? outputs : inputs)
    let bias = memory.vector.matrix(
      at: rows * inputs + inputs * outputs, rows: 1, columns: outputs)
    let result = memory.vector.matrix(
      at: rows * inputs + inputs * outputs + outputs, rows: rows, columns: outputs)
    for count in [12, 61, 64, 127, 128, 130, 140] {
      let expected = compute(count, ranks: 1)
      for ranks in 2...8 {
        let bits = compute(count, ranks: ranks)
        #expect(bits == expected, "\(count) rows on \(ranks) ranks")
      }
    }

    func compute(_ count: Int, ranks: Int) -> [UInt32] {
      result.fill(.nan)
      let units = count / RowPanels.unit
      let bounds = (0...ranks).map { $0 < ranks ? units * $0 / ranks * RowPanels.unit : count }
      for rank in 0..<ranks {
        for panel in RowPanels(bounds[rank]..<bounds[rank + 1]) {
          engine.multiply(
            x.rows(panel), forward ? weights : weights.transposed, into: result.rows(panel),
            bias: forward ? bias : nil)
        }
      }
      return result.rows(0..<count).elements.map(\.bitPattern)
    }
  }
}
