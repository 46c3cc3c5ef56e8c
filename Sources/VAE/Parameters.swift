public import Kernels

/// A model's parameters, in fp32 and in the layouts that matrix products read.
public struct Parameters {
  /// All parameters in fp32, laid out by ``ParameterLayout``.
  public let values: Vector

  private let copies: WeightCopies?

  /// Makes parameters whose products read the `copies` of the weights. Products read `values` where
  /// there is no copy.
  public init(_ values: Vector, copies: WeightCopies? = nil) {
    self.values = values
    self.copies = copies
  }

  /// The weights (inputs, outputs) of `layer`, for the forward pass.
  func weights(of layer: LinearLayer) -> Weights {
    copies?.weights(of: layer) ?? .floats(layer.weights(values))
  }

  /// The weights (outputs, inputs) of `layer`, for the backward pass.
  func transposedWeights(of layer: LinearLayer) -> Weights {
    copies?.transposedWeights(of: layer) ?? .floats(layer.weights(values).transposed)
  }

  /// The bias (1, outputs) of `layer`.
  func bias(of layer: LinearLayer) -> Matrix { layer.bias(values) }
}

/// Copies of a model's weights, in the layouts that products read.
///
/// In fp32 only the backward pass has copies: the transposed weights, because products read rows
/// faster than columns. In bf16 the forward and the backward pass have copies, rounded and paired
/// as the instructions read them. The backward pass stops at the first layer, which therefore has
/// no transposed copy.
///
/// Copies follow from the parameters, so checkpoints leave them out. ``update(_:from:)`` must be
/// called for every tile before the first use, and whenever a tile's parameters have changed.
public struct WeightCopies {
  private let layout: ParameterLayout

  /// For each layer the copies of its weights: `forward` (inputs, outputs) and `backward`
  /// (outputs, inputs). Nil where there is no copy.
  private let copies: [(forward: Weights?, backward: Weights?)]

  /// Lays copies out in `memory`, which has ``count(_:precision:)`` floats, is aligned to 64 bytes,
  /// is zero at first, and must outlive the copies.
  public init(_ layout: ParameterLayout, _ memory: Vector, precision: Precision) {
    self.layout = layout
    var start = 0
    func take(_ depth: Int, _ columns: Int) -> Weights {
      let end = start + Self.floats(depth: depth, columns: columns, precision: precision)
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

  /// The number of floats of memory for the copies.
  public static func count(_ layout: ParameterLayout, precision: Precision) -> Int {
    layout.layers.enumerated().reduce(0) { count, layer in
      let (inputs, outputs) = (layer.element.inputs, layer.element.outputs)
      let forward =
        precision == .fp32 ? 0 : floats(depth: inputs, columns: outputs, precision: precision)
      let backward =
        layer.offset == 0 ? 0 : floats(depth: outputs, columns: inputs, precision: precision)
      return count + forward + backward
    }
  }

  /// The number of floats whose memory a copy (depth, columns) takes: whole lines of 64 bytes.
  private static func floats(depth: Int, columns: Int, precision: Precision) -> Int {
    switch precision {
    case .fp32: (depth * columns).rounded(upToMultipleOf: Buffer<Float>.alignment / 4)
    case .bf16: PairedMatrix.floats(depth: depth, columns: columns)
    }
  }

  /// Copies the weights of `tile` from all `parameters`.
  public func update(_ tile: GradientTile, from parameters: Vector) {
    let layer = layout.layers[tile.layer]
    // The tile's last row can be the bias, which has no copy.
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

  /// The copy (inputs, outputs) of the weights of `layer`; nil in fp32.
  fileprivate func weights(of layer: LinearLayer) -> Weights? { copies[layer.number].forward }

  /// The copy (outputs, inputs) of the weights of `layer`; nil for the first layer.
  fileprivate func transposedWeights(of layer: LinearLayer) -> Weights? {
    copies[layer.number].backward
  }
}
