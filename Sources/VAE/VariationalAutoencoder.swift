public import Kernels

/// The composed model and its backward pass; parameters and activations live elsewhere.
///
/// Kingma and Welling, "Auto-Encoding Variational Bayes", 2013. Every function works on the samples
/// `rows` of the activations, so that ranks can share one batch.
public struct VariationalAutoencoder {
  /// Where the parameters lie.
  public let layout: ParameterLayout

  /// What computes its products.
  public let engine: MatrixEngine

  private let encoder: Encoder
  private let sampler = Sampler()
  private let decoder: Decoder
  private let bound = EvidenceLowerBound()

  /// The model of `layout`, whose products `engine` computes.
  public init(_ layout: ParameterLayout, engine: MatrixEngine) {
    self.layout = layout
    self.engine = engine
    let (first, count) = (layout.encoderLayers.upperBound, layout.layers.count)
    encoder = Encoder(
      perceptron: Perceptron(layout, layers: layout.encoderLayers, engine: engine))
    decoder = Decoder(perceptron: Perceptron(layout, layers: first..<count, engine: engine))
  }

  /// Encoder: pixels to moments.
  public func encode(_ parameters: Parameters, _ activations: Activations, _ rows: Range<Int>) {
    encoder.forward(parameters, activations, rows)
  }

  /// Sampler: moments and noise to latents.
  public func sample(_ activations: Activations, _ rows: Range<Int>) {
    sampler.forward(activations, rows)
  }

  /// Decoder: latents to logits.
  public func decode(_ parameters: Parameters, _ activations: Activations, _ rows: Range<Int>) {
    decoder.forward(parameters, activations, rows)
  }

  /// Evidence lower bound: logits, pixels and moments to `losses` (n, 2) in nats, reconstruction
  /// and divergence.
  public func evaluate(_ activations: Activations, _ rows: Range<Int>, losses: Matrix) {
    bound.forward(activations, rows, losses: losses)
  }

  /// Evidence lower bound as ``evaluate(_:_:losses:)``, and the deltas of all layers for the
  /// gradient of `scale` × the summed losses. Where a sample's deltas are not finite, its loss is
  /// made NaN: every delta of the decoder goes into the moments' gradient, which is looked at.
  public func backpropagate(
    _ parameters: Parameters, _ activations: Activations, _ rows: Range<Int>, scale: Float,
    losses: Matrix
  ) {
    bound.forwardAndBackward(activations, rows, scale: scale, losses: losses)
    decoder.backward(parameters, activations, rows)
    sampler.backward(activations, rows, scale: scale)
    encoder.backward(parameters, activations, rows)
    markNotFinite(losses.columns(0..<1), where: activations.momentGradient.rows(rows))
  }

  /// Computes one tile of the gradient, summed over the samples `rows`, into `gradient`, which has
  /// as many floats as the tile.
  public func computeGradient(
    _ tile: GradientTile, _ activations: Activations, _ rows: Range<Int>, into gradient: Vector
  ) {
    tile.compute(
      input: activations.inputs[tile.layer].rows(rows),
      delta: activations.deltas[tile.layer].rows(rows), into: gradient, engine: engine)
  }
}
