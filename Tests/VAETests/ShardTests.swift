import Kernels
import Testing
import VAE

/// Ranks that compute parts of a batch must together get the results of one rank.
@Suite struct ShardTests {
  static let configuration = ModelConfiguration(pixels: 50, hidden: 40, latent: 6)
  static let batch = 23

  private func workbench() -> Workbench {
    let workbench = Workbench(Self.configuration, capacity: Self.batch)
    workbench.layout.initialize(workbench.parameters, seed: 1)
    workbench.set(pixels: pixels(Self.batch * Self.configuration.pixels, seed: 1))
    RandomStream(seed: 1, purpose: .training)
      .fillNormal(workbench.activations.noise, positions: 0..<Self.batch)
    return workbench
  }

  private func gradient(_ workbench: borrowing Workbench, of rows: Range<Int>) -> [String: [Double]]
  {
    workbench.computeGradient(rows)
    return workbench.namedGradient()
  }

  @Test(arguments: [0, 1, 2, 11, 22, 23])
  func twoParts(cut: Int) {
    let whole = workbench()
    let parts = workbench()
    whole.forwardAndBackward(0..<Self.batch, scale: 1 / 23)
    // Later rows come first here: they must not depend on earlier ones.
    parts.forwardAndBackward(cut..<Self.batch, scale: 1 / 23)
    parts.forwardAndBackward(0..<cut, scale: 1 / 23)
    #expect(relativeError(parts.losses.doubles, whole.losses.doubles) <= 1e-6)

    let expected = gradient(whole, of: 0..<Self.batch)
    let together = gradient(parts, of: 0..<Self.batch)
    let (first, second) = (gradient(parts, of: 0..<cut), gradient(parts, of: cut..<Self.batch))
    for (name, expected) in expected {
      #expect(relativeError(together[name]!, expected) <= 1e-6, "\(name)")
      let sum = zip(first[name]!, second[name]!).map { $0 + $1 }
      #expect(relativeError(sum, expected) <= 1e-6, "\(name)")
    }
  }

  @Test func otherRowsStay() {
    let workbench = workbench()
    workbench.forwardAndBackward(5..<9, scale: 1)
    let activations = workbench.activations
    let outside = Array(0..<5) + Array(9..<Self.batch)
    for operand in activations.deltas
      + [activations.moments, workbench.losses].map({ Operand($0) })
    {
      let isUntouched = outside.allSatisfy { row in
        operand.rows(row..<row + 1).elements.allSatisfy { $0.isNaN }
      }
      #expect(isUntouched)
      let isWritten = operand.rows(5..<9).elements.allSatisfy { $0.isFinite }
      #expect(isWritten)
    }
  }

  /// Evaluation and training report the same losses, to the bit.
  @Test func evaluation() {
    let workbench = workbench()
    let all = 0..<Self.batch
    workbench.forward(all)
    workbench.model.evaluate(workbench.activations, rows: all, losses: workbench.losses)
    let evaluated = workbench.losses.elements
    workbench.forwardAndBackward(all, scale: 1)
    #expect(workbench.losses.elements == evaluated)
  }
}
