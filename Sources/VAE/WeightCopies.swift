public import Kernels

/// What products read in the place of the weights, where that is faster: these transposed, for the
/// way back, and in bf16 also rounded.
///
/// It follows from the parameters, so no checkpoint has it. Whoever changes a tile's parameters
/// brings its copies up to date. The first layer has no way back.
public struct WeightCopies {
  private let layout: ParameterLayout

  /// The weights (outputs, inputs) of the layers but the first, where their parameters lie.
  private let transposed: Vector?
  private let rounded: BFloat16Vector?

  /// Lays copies over `memory`, which the caller keeps alive.
  public init(_ layout: ParameterLayout, _ memory: Vector, precision: Precision) {
    self.layout = layout
    transposed = precision == .fp32 ? memory : nil
    rounded = precision == .bf16 ? BFloat16Vector(inPlaceOf: memory) : nil
  }

  /// The floats of memory that copies need.
  public static func count(_ layout: ParameterLayout, precision: Precision) -> Int {
    switch precision {
    case .fp32: layout.count - Self.start(layout)
    case .bf16: layout.count / 2
    }
  }

  private static func start(_ layout: ParameterLayout) -> Int { layout.layers[1].offset }

  /// Copies the parameters of `tile` among all `parameters`.
  public func update(_ tile: GradientTile, from parameters: Vector) {
    let layer = layout.layers[tile.layer]
    rounded?[tile.range].round(parameters[tile.range])
    guard let target = transposedMatrix(of: layer) else { return }
    // The tile's last row may be the bias.
    let rows = tile.rows.lowerBound..<min(tile.rows.upperBound, layer.inputs)
    target.columns(rows).copy(from: layer.matrix(parameters).rows(rows).transposed)
  }

  /// The weights (inputs, outputs) of `layer`; nil where products read the parameters.
  func weights(of layer: LinearLayer) -> Operand? {
    rounded?.operand(at: layer.offset, rows: layer.inputs, columns: layer.outputs)
  }

  /// The weights (outputs, inputs) of `layer`.
  func transposedWeights(of layer: LinearLayer) -> Operand? {
    transposedMatrix(of: layer).map { Operand($0) } ?? weights(of: layer)?.transposed
  }

  private func transposedMatrix(of layer: LinearLayer) -> Matrix? {
    let start = Self.start(layout)
    guard let transposed, layer.offset >= start else { return nil }
    return transposed.matrix(
      at: layer.offset - start, rows: layer.outputs, columns: layer.inputs)
  }
}
