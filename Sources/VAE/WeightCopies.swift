public import Kernels

/// What products read in the place of the weights: in fp32 these transposed, for the way back, since
/// rows are read faster than columns; in bf16 both orientations, as the instructions read them.
///
/// It follows from the parameters, so no checkpoint has it. Whoever changes a tile's parameters
/// brings its copies up to date. The first layer has no way back.
public struct WeightCopies {
  private let layout: ParameterLayout

  /// For each layer its weights (inputs, outputs), and these transposed (outputs, inputs); nil where
  /// there is no copy.
  private let copies: [(forward: Weights?, backward: Weights?)]

  /// Lays copies over `memory`, which the caller keeps alive: zeros to begin with, on 64 bytes.
  public init(_ layout: ParameterLayout, _ memory: Vector, precision: Precision) {
    self.layout = layout
    var start = 0
    func take(_ depth: Int, _ columns: Int) -> Weights {
      let end = start + Self.floats(depth, columns, precision)
      defer { start = end }
      switch precision {
      case .fp32: return .floats(memory.matrix(at: start, rows: depth, columns: columns))
      case .bf16:
        return .pairs(PairedMatrix(inPlaceOf: memory[start..<end], depth: depth, columns: columns))
      }
    }
    copies = layout.layers.enumerated().map { number, layer in
      (
        precision == .fp32 ? nil : take(layer.inputs, layer.outputs),
        number == 0 ? nil : take(layer.outputs, layer.inputs)
      )
    }
  }

  /// The floats of memory that copies need.
  public static func count(_ layout: ParameterLayout, precision: Precision) -> Int {
    layout.layers.enumerated().reduce(0) { count, layer in
      let (inputs, outputs) = (layer.element.inputs, layer.element.outputs)
      let forward = precision == .fp32 ? 0 : floats(inputs, outputs, precision)
      return count + forward + (layer.offset == 0 ? 0 : floats(outputs, inputs, precision))
    }
  }

  /// The floats of memory that a copy (depth, columns) takes, whole lines of 64 bytes.
  private static func floats(_ depth: Int, _ columns: Int, _ precision: Precision) -> Int {
    switch precision {
    case .fp32: (depth * columns).rounded(upToMultipleOf: Buffer<Float>.alignment / 4)
    case .bf16: PairedMatrix.floats(depth: depth, columns: columns)
    }
  }

  /// Copies the parameters of `tile` among all `parameters`.
  public func update(_ tile: GradientTile, from parameters: Vector) {
    let layer = layout.layers[tile.layer]
    // The tile's last row may be the bias.
    let rows = tile.rows.lowerBound..<min(tile.rows.upperBound, layer.inputs)
    let weights = layer.matrix(parameters).rows(rows)
    let copies = copies[tile.layer]
    if case .pairs(let target) = copies.forward { target.round(rows: rows, from: weights) }
    switch copies.backward {
    case .floats(let target): target.columns(rows).copy(from: weights.transposed)
    case .pairs(let target): target.round(columns: rows, from: weights)
    case nil: break
    }
  }

  /// The weights (inputs, outputs) of `layer`; nil where products read the parameters.
  func weights(of layer: LinearLayer) -> Weights? { copies[layer.number].forward }

  /// The weights (outputs, inputs) of `layer`; nil of the first, where products need none.
  func transposedWeights(of layer: LinearLayer) -> Weights? { copies[layer.number].backward }
}
