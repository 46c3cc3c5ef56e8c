import Kernels
import Testing

@Suite struct RectifierTests {
  /// The gradient passes where the output is positive, however small, and stops elsewhere.
  @Test func backward() {
    let output: [Float] = [0, -0.0, 1, .leastNonzeroMagnitude, 0, 1e30]
    let gradient = PaddedMatrix(2, 3, [1, 2, 3, -4, -5, -6], padding: 2)
    let outputs = PaddedMatrix(2, 3, output, padding: 1)
    backpropagateRectifier(gradient.matrix, output: outputs.matrix)
    #expect(gradient.matrix.elements == [0, 0, 3, -4, 0, -6])
    #expect(outputs.matrix.elements.bits == output.bits)
    let isIntact = gradient.surroundingsAreIntact()
    #expect(isIntact)
  }

  @Test func ofOneUnit() {
    let gradient = PaddedMatrix(1, 1, [7])
    let output = PaddedMatrix(1, 1, [0])
    backpropagateRectifier(gradient.matrix, output: output.matrix)
    #expect(gradient.matrix[0, 0] == 0)
  }
}
