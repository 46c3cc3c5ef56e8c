public import Kernels

/// The model of Kingma and Welling, "Auto-Encoding Variational Bayes", 2013: encoder, sampler,
/// decoder, evidence lower bound, and the backward pass through all of them.
///
/// The model holds neither parameters nor results: it reads ``Parameters`` and writes every
/// intermediate result to ``Activations``. Each function computes the samples `rows` of a batch and
/// no others, so that threads and ranks can share a batch.
///
/// ```swift
/// model.encode(activations, rows: rows, with: parameters)
/// model.sample(activations, rows: rows)
/// model.decode(activations, rows: rows, with: parameters)
/// model.backpropagate(
///   activations, rows: rows, with: parameters, scale: 1 / Float(batchSize), losses: losses)
/// for tile in model.layout.tiles {
///   model.computeGradient(of: tile, from: activations, rows: rows, into: gradient[tile.range])
/// }
/// ```
public struct VariationalAutoencoder {
  /// The model's layers and where their parameters lie.
  public let layout: ParameterLayout

  /// Computes the matrix products. An engine belongs to one thread, so each thread has a model.
  public let engine: MatrixEngine

  private let bound: EvidenceLowerBound

  /// Makes a model of the layers of `layout` that computes its products with `engine`.
  public init(_ layout: ParameterLayout, engine: MatrixEngine) {
    self.layout = layout
    self.engine = engine
    bound = layout.configuration.loss
  }

  /// Computes the encoder q(z|x): pixels to moments, the means and log variances of a diagonal
  /// Gaussian.
  ///
  /// Kingma and Welling 2013, appendix C.2, with rectifiers in the hidden layer.
  public func encode(_ activations: Activations, rows: Range<Int>, with parameters: Parameters) {
    forward(
      layout.encoderLayers, activations, rows: rows, with: parameters, into: activations.moments)
  }

  /// Computes the sampler z ~ q(z|x): moments and noise to latents, z = μ + σ ε.
  ///
  /// Kingma and Welling 2013, §2.4: written this way, z can be differentiated by μ and σ.
  public func sample(_ activations: Activations, rows: Range<Int>) {
    GaussianSampler.forward(
      moments: activations.moments.rows(rows), noise: activations.noise.rows(rows),
      latents: activations.latents.rows(rows), as: activations.latentOperand.rows(rows))
  }

  /// Computes the decoder p(x|z): latents to logits, the parameters of one Bernoulli distribution
  /// per pixel.
  ///
  /// Kingma and Welling 2013, appendix C.1, with rectifiers in the hidden layer.
  public func decode(_ activations: Activations, rows: Range<Int>, with parameters: Parameters) {
    forward(
      layout.decoderLayers, activations, rows: rows, with: parameters, into: activations.logits)
  }

  /// Writes `losses` (rows.count, 2), in nats: the reconstruction loss of each sample, and the
  /// divergence of its q(z|x) from the prior.
  ///
  /// The sum of the two is the negative evidence lower bound. Logits and moments must have been
  /// computed.
  public func evaluate(_ activations: Activations, rows: Range<Int>, losses: Matrix) {
    bound.evaluate(activations, rows: rows, losses: losses)
  }

  /// Writes `losses` as ``evaluate(_:rows:losses:)`` does, and the deltas of all layers: the
  /// gradient of `scale` × the sum of the losses with respect to the layers' outputs. Replaces the
  /// logits.
  ///
  /// If the gradient with respect to a sample's moments is not finite, the sample's reconstruction
  /// loss becomes NaN, so that a look at the losses is enough. A delta of the decoder that is not
  /// finite shows in that gradient, too, because the gradient is computed from all of the decoder's
  /// deltas.
  public func backpropagate(
    _ activations: Activations, rows: Range<Int>, with parameters: Parameters, scale: Float,
    losses: Matrix
  ) {
    bound.evaluateAndDifferentiate(activations, rows: rows, scale: scale, losses: losses)
    backward(
      layout.decoderLayers, activations, rows: rows, with: parameters,
      inputGradient: activations.latentGradient)
    bound.differentiateByMoments(activations, rows: rows, scale: scale)
    backward(layout.encoderLayers, activations, rows: rows, with: parameters, inputGradient: nil)
    markNotFinite(losses.columns(0..<1), where: activations.momentGradient.rows(rows))
  }

  /// Computes one tile of the gradient into `gradient` (tile.range.count): the rows `tile.rows` of
  /// xᵀ δ, where x are the layer's inputs with the column of ones and δ its deltas, summed over the
  /// samples `rows`. If there are no samples, the tile becomes zero.
  public func computeGradient(
    of tile: GradientTile, from activations: Activations, rows: Range<Int>, into gradient: Vector
  ) {
    let input = activations.inputs[tile.layer].rows(rows).columns(tile.rows)
    let delta = activations.deltas[tile.layer].rows(rows)
    engine.sumOverPositions(
      input, delta, into: gradient.matrix(rows: tile.rows.count, columns: delta.columns))
  }

  /// Computes the rows `rows` of `output` (capacity, outputs) of consecutive layers from the inputs
  /// of the first of them, with a rectifier after each layer but the last.
  private func forward(
    _ layers: Range<Int>, _ activations: Activations, rows: Range<Int>,
    with parameters: Parameters, into output: Matrix
  ) {
    for number in layers {
      let isLast = number == layers.upperBound - 1
      let target = isLast ? Operand(output) : activations.weightInputs(of: number + 1)
      layout.layers[number].forward(
        activations.weightInputs(of: number).rows(rows), parameters: parameters,
        into: target.rows(rows), epilogue: isLast ? .none : .rectifier, engine: engine)
    }
  }

  /// Computes the deltas of consecutive layers from the delta of the last of them. Unless
  /// `inputGradient` (capacity, inputs) is nil, also computes the gradient with respect to the
  /// first layer's inputs into it.
  private func backward(
    _ layers: Range<Int>, _ activations: Activations, rows: Range<Int>,
    with parameters: Parameters, inputGradient: Matrix?
  ) {
    for number in layers.reversed() {
      let isFirst = number == layers.lowerBound
      let target = isFirst ? inputGradient.map { Operand($0) } : activations.deltas[number - 1]
      guard let target else { return }
      layout.layers[number].backward(
        activations.deltas[number].rows(rows), parameters: parameters, into: target.rows(rows),
        epilogue: isFirst ? .none : .gate(activations.weightInputs(of: number).rows(rows)),
        engine: engine)
    }
  }
}
