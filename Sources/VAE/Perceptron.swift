internal import Kernels

/// Linear layers in a row, a rectifier behind each but the last.
///
/// Its layers are those of the model in `range`; input and delta of each are kept in `Activations`.
struct Perceptron {
  let layers: [LinearLayer]
  let range: Range<Int>
  let engine: MatrixEngine

  init(_ layout: ParameterLayout, layers range: Range<Int>, engine: MatrixEngine) {
    layers = layout.layers
    self.range = range
    self.engine = engine
  }

  /// Computes `output` (n, outputs) of the samples `rows` from the first layer's inputs.
  func forward(
    _ parameters: Parameters, _ activations: Activations, _ rows: Range<Int>, into output: Matrix
  ) {
    for number in range {
      let isLast = number == range.upperBound - 1
      let target = isLast ? Operand(output) : activations.units(below: number + 1)
      layers[number].forward(
        activations.units(below: number).rows(rows), parameters: parameters,
        into: target.rows(rows),
        epilogue: isLast ? .none : .rectifier, engine: engine)
    }
  }

  /// Computes the deltas of all layers from that of the last; with `inputGradient` (n, inputs) also
  /// the gradient by the first layer's inputs.
  func backward(
    _ parameters: Parameters, _ activations: Activations, _ rows: Range<Int>,
    inputGradient: Matrix? = nil
  ) {
    for number in range.reversed() {
      let isFirst = number == range.lowerBound
      let target =
        isFirst ? inputGradient.map { Operand($0) } : activations.deltas[number - 1]
      guard let target else { return }
      layers[number].backward(
        activations.deltas[number].rows(rows), parameters: parameters, into: target.rows(rows),
        epilogue: isFirst ? .none : .gate(activations.units(below: number).rows(rows)),
        engine: engine)
    }
  }
}
