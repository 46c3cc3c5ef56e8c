public import Kernels

/// The model of Kingma and Welling, "Auto-Encoding Variational Bayes", 2013, or another ``ModelKind``:
/// encoder, sampler, decoder, loss, and the backward pass through all of them.
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
///   activations, rows: rows, with: parameters, weights: LossWeights(scale: 1 / Float(batchSize)),
///   losses: losses)
/// for tile in model.layout.tiles {
///   model.computeGradient(
///     of: tile, from: activations, layerRows: activations.rows(rows, ofLayer: tile.layer),
///     into: gradient[tile.range])
/// }
/// ```
public struct VariationalAutoencoder {
  /// The model's layers and where their parameters lie.
  public let layout: ParameterLayout

  /// Computes the matrix products. An engine belongs to one thread, so each thread has a model.
  public let engine: MatrixEngine

  private let loss: any Loss

  /// Makes a model of the layers of `layout` that computes its products with `engine`, to be trained by
  /// `objective`.
  public init(
    _ layout: ParameterLayout, engine: MatrixEngine, objective: Objective = Objective()
  ) {
    self.layout = layout
    self.engine = engine
    loss = layout.configuration.loss(objective)
  }

  /// Computes the encoder: pixels to moments, the means and log variances of a diagonal Gaussian q(z|x), or
  /// the code of a plain autoencoder. Log variances are kept in ``GaussianSampler/logVarianceRange``.
  ///
  /// Kingma and Welling 2013, appendix C.2.
  public func encode(_ activations: Activations, rows: Range<Int>, with parameters: Parameters) {
    forward(
      layout.encoderLayers, activations, rows: rows, with: parameters, into: activations.moments)
    if layout.configuration.kind.draws { GaussianSampler.limit(activations.moments.rows(rows)) }
  }

  /// Computes the sampler z ~ q(z|x): moments and noise to latents, z = μ + σ ε. The latent of a plain
  /// autoencoder is the code.
  ///
  /// Kingma and Welling 2013, §2.4: written this way, z can be differentiated by μ and σ.
  public func sample(_ activations: Activations, rows: Range<Int>) {
    loss.sample(activations, rows: rows)
  }

  /// Computes the decoder p(x|z): latents to logits, the parameters of one Bernoulli distribution
  /// per pixel.
  ///
  /// Kingma and Welling 2013, appendix C.1.
  public func decode(_ activations: Activations, rows: Range<Int>, with parameters: Parameters) {
    forward(
      layout.decoderLayers, activations, rows: rows, with: parameters, into: activations.logits)
  }

  /// Writes `losses` (rows.count, 2), in nats: the reconstruction loss of each sample, and the
  /// divergence of its q(z|x) from the prior, which is 0 in a plain autoencoder.
  ///
  /// The sum of the two is the negative evidence lower bound. Logits and moments must have been
  /// computed, with one draw a sample.
  public func evaluate(_ activations: Activations, rows: Range<Int>, losses: Matrix) {
    loss.evaluate(activations, rows: rows, losses: losses)
  }

  /// Writes `losses` (rows.count, 3), in nats: what ``evaluate(_:rows:losses:)`` writes, and what the
  /// objective is more than the sum of the two; and the deltas of all layers: the gradient of
  /// `weights.scale` × the sum of the objective with respect to the layers' outputs. Replaces the logits.
  ///
  /// If the gradient with respect to a sample's moments is not finite, the sample's reconstruction
  /// loss becomes NaN, so that a look at the losses is enough. A delta of the decoder that is not
  /// finite shows in that gradient, too, because the gradient is computed from all of the decoder's
  /// deltas.
  public func backpropagate(
    _ activations: Activations, rows: Range<Int>, with parameters: Parameters,
    weights: LossWeights, losses: Matrix
  ) {
    loss.differentiateByLogits(activations, rows: rows, weights: weights, losses: losses)
    backward(
      layout.decoderLayers, activations, rows: rows, with: parameters,
      inputGradient: activations.decoderGradient)
    loss.differentiateByMoments(activations, rows: rows, weights: weights)
    backward(layout.encoderLayers, activations, rows: rows, with: parameters, inputGradient: nil)
    markNotFinite(losses.columns(0..<1), where: activations.momentGradient.rows(rows))
  }

  /// Computes one tile of the gradient into `gradient` (tile.range.count): the rows `tile.rows` of
  /// xᵀ δ, where x are the layer's inputs with the column of ones and δ its deltas, summed over
  /// the rows `layerRows` of both, of which a sample can have several:
  /// ``Activations/rows(_:ofLayer:)``. If there are no rows, the tile becomes zero.
  public func computeGradient(
    of tile: GradientTile, from activations: Activations, layerRows: Range<Int>,
    into gradient: Vector
  ) {
    let input = activations.inputs[tile.layer].rows(layerRows).columns(tile.rows)
    let delta = activations.deltas[tile.layer].rows(layerRows)
    engine.sumOverPositions(
      input, delta, into: gradient.matrix(rows: tile.rows.count, columns: delta.columns))
  }

  /// Computes `output` of consecutive layers from the inputs of the first of them, for the samples `rows`,
  /// with the activation after each layer but the last.
  private func forward(
    _ layers: Range<Int>, _ activations: Activations, rows: Range<Int>,
    with parameters: Parameters, into output: Matrix
  ) {
    let rows = activations.rows(rows, ofLayer: layers.lowerBound)
    for number in layers {
      let layer = layout.layers[number]
      let input = activations.weightInputs(of: number).rows(rows)
      func compute(_ target: Operand, _ epilogue: Epilogue) {
        layer.forward(
          input, parameters: parameters, into: target, epilogue: epilogue, engine: engine)
      }
      guard number < layers.upperBound - 1 else {
        compute(Operand(output.rows(rows)), .none)
        continue
      }
      let target = activations.weightInputs(of: number + 1).rows(rows)
      switch layout.configuration.activation {
      case .relu: compute(target, .rectifier)
      case .tanh:
        let floats = activations.hiddenFloats(for: target, rows: rows)
        compute(Operand(floats), .none)
        HyperbolicTangent.forward(floats, as: target)
      }
    }
  }

  /// Computes the deltas of consecutive layers from the delta of the last of them, for the samples `rows`.
  /// Unless `inputGradient` is nil, also computes the gradient with respect to the first layer's inputs into
  /// it.
  private func backward(
    _ layers: Range<Int>, _ activations: Activations, rows: Range<Int>,
    with parameters: Parameters, inputGradient: Matrix?
  ) {
    let rows = activations.rows(rows, ofLayer: layers.lowerBound)
    for number in layers.reversed() {
      let layer = layout.layers[number]
      let delta = activations.deltas[number].rows(rows)
      func compute(_ target: Operand, _ epilogue: Epilogue) {
        layer.backward(
          delta, parameters: parameters, into: target, epilogue: epilogue, engine: engine)
      }
      guard number > layers.lowerBound else {
        if let inputGradient { compute(Operand(inputGradient.rows(rows)), .none) }
        return
      }
      let target = activations.deltas[number - 1].rows(rows)
      let outputs = activations.weightInputs(of: number).rows(rows)
      switch layout.configuration.activation {
      case .relu: compute(target, .gate(outputs))
      case .tanh:
        let floats = activations.hiddenFloats(for: target, rows: rows)
        compute(Operand(floats), .none)
        HyperbolicTangent.backward(outputs: outputs, floats, as: target)
      }
    }
  }
}
