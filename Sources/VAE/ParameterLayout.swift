public import Kernels

/// The model's layers, and where the parameters of each layer lie in one flat buffer.
///
/// The gradient and the optimizer's moments have the same layout. Each layer's matrix is aligned to 64
/// bytes, in fp32 and in a copy of the buffer in bf16. Means and log variances are the outputs of
/// one layer, side by side.
public struct ParameterLayout: Sendable {
  /// The sizes of the model.
  public let configuration: ModelConfiguration

  /// All layers, the encoder's first.
  public let layers: [LinearLayer]

  /// The indices in ``layers`` of the encoder's layers.
  public let encoderLayers: Range<Int>

  /// The indices in ``layers`` of the decoder's layers.
  public var decoderLayers: Range<Int> { encoderLayers.upperBound..<layers.count }

  /// The tiles of the gradient, in the order in which they lie in memory.
  public let tiles: [GradientTile]

  /// The length of the flat buffer in floats, including the gaps behind the layers' matrices.
  public let count: Int

  /// The number of trainable parameters, without gaps.
  public var parameterCount: Int { layers.reduce(0) { $0 + $1.range.count } }

  /// Lays out the model of `configuration`.
  public init(_ configuration: ModelConfiguration) {
    let hidden = configuration.hidden.all
    let encoder = [configuration.encoderInputs] + hidden + [configuration.moments]
    let decoder = [configuration.decoderInputs] + hidden.reversed() + [configuration.pixels]
    let unit = Buffer<BFloat16>.alignment / MemoryLayout<BFloat16>.stride
    var (layers, offset) = ([LinearLayer](), 0)
    for widths in [encoder, decoder] {
      for (inputs, outputs) in zip(widths, widths.dropFirst()) {
        layers.append(
          LinearLayer(number: layers.count, inputs: inputs, outputs: outputs, offset: offset))
        offset = (offset + (inputs + 1) * outputs).rounded(upToMultipleOf: unit)
      }
    }
    self.configuration = configuration
    self.layers = layers
    encoderLayers = 0..<hidden.count + 1
    tiles = layers.reduce(into: []) { tiles, layer in
      tiles += GradientTile.tiles(of: layer, numberedFrom: tiles.count)
    }
    count = offset
  }
}

extension Int {
  /// The smallest multiple of `unit` that is not less than this number.
  func rounded(upToMultipleOf unit: Int) -> Int { (self + unit - 1) / unit * unit }
}

/// A fully connected layer, y = x W + b.
///
/// The parameters are one matrix (inputs + 1, outputs) whose last row is the bias. The inputs have
/// a last column of ones, so that one product xᵀ δ gives the gradient of the weights and of the
/// bias.
public struct LinearLayer: Sendable {
  /// The layer's index in ``ParameterLayout/layers``.
  let number: Int

  /// The number of inputs, without the column of ones.
  public let inputs: Int

  /// The number of outputs.
  public let outputs: Int

  /// Where the layer's matrix starts among all parameters, in floats.
  public let offset: Int

  /// Where the layer's matrix lies among all parameters, in floats.
  public var range: Range<Int> { offset..<offset + (inputs + 1) * outputs }

  /// The layer's part of all `parameters`, (inputs + 1, outputs): the weights, then the bias.
  public func matrix(_ parameters: Vector) -> Matrix {
    parameters.matrix(at: offset, rows: inputs + 1, columns: outputs)
  }

  /// The layer's weights among all `parameters`, (inputs, outputs).
  public func weights(_ parameters: Vector) -> Matrix {
    matrix(parameters).rows(0..<inputs)
  }

  /// The layer's bias among all `parameters`, (1, outputs).
  public func bias(_ parameters: Vector) -> Matrix {
    matrix(parameters).rows(inputs..<inputs + 1)
  }

  /// Computes `output` (n, outputs) = `epilogue`(x W + b) from `input` x (n, inputs), which has no
  /// column of ones.
  func forward(
    _ input: Operand, parameters: Parameters, into output: Operand, epilogue: Epilogue,
    engine: MatrixEngine
  ) {
    engine.multiply(
      input, parameters.weights(of: self), into: output, bias: parameters.bias(of: self),
      epilogue: epilogue)
  }

  /// Computes the gradient of the loss with respect to the inputs, `inputGradient` (n, inputs) =
  /// `epilogue`(δ Wᵀ), from `delta` δ (n, outputs).
  func backward(
    _ delta: Operand, parameters: Parameters, into inputGradient: Operand, epilogue: Epilogue,
    engine: MatrixEngine
  ) {
    engine.multiply(
      delta, parameters.transposedWeights(of: self), into: inputGradient, epilogue: epilogue)
  }
}

/// A part of the gradient that is computed, reduced and applied as a whole: some consecutive rows
/// of one layer's matrix, without gaps in memory.
///
/// How a gradient is cut into tiles follows from the layers' sizes alone, never from the number of
/// ranks.
public struct GradientTile: Sendable {
  /// The tile's index among all tiles.
  public let number: Int

  /// The index of the layer in ``ParameterLayout/layers``.
  public let layer: Int

  /// The tile's rows in the layer's matrix (inputs + 1, outputs).
  public let rows: Range<Int>

  /// Where these rows lie among all parameters, in floats.
  public let range: Range<Int>

  /// The largest count of rows that a tile may have. With 64 rows a tile's gradient, parameters and
  /// moments stay in cache while the gradient is applied, and the product that computes it runs at
  /// full speed.
  private static let mostRows = 64

  /// Cuts `layer` into tiles whose counts of rows are as equal as possible. The first tile has the
  /// index `first`.
  static func tiles(of layer: LinearLayer, numberedFrom first: Int) -> [GradientTile] {
    let rows = layer.inputs + 1
    let count = (rows + mostRows - 1) / mostRows
    return (0..<count).map { tile in
      let piece = rows * tile / count..<rows * (tile + 1) / count
      let offset = layer.offset + piece.lowerBound * layer.outputs
      return GradientTile(
        number: first + tile, layer: layer.number, rows: piece,
        range: offset..<offset + piece.count * layer.outputs)
    }
  }
}

extension ParameterLayout {
  /// Sets `parameters` to the initial values of PyTorch's default: weights and biases are uniform
  /// in ±1/√inputs, and gaps are zero.
  ///
  /// He, Zhang, Ren, Sun 2015 with a = √5, as in `torch.nn.Linear.reset_parameters`. A draw's
  /// address is the index of the tensor and of the element in PyTorch's order, so the values depend
  /// on `seed` and the model's sizes alone.
  public func initialize(_ parameters: Vector, seed: UInt64) {
    parameters.fill(0)
    let stream = RandomStream(seed: seed, purpose: .initialization)
    for (number, tensor) in tensors.enumerated() {
      let view = tensor.view(of: parameters)
      let draws = Buffer<Float>(repeating: 0, count: view.rows * view.columns)
      let bound = 1 / Float(tensor.inputs).squareRoot()
      stream.fillUniform(draws.vector, position: number, from: -bound, to: bound)
      view.copy(from: draws.vector.matrix(rows: view.rows, columns: view.columns))
    }
  }

  /// Sets the biases of the decoder's last layer among `parameters` to the logits of `means`, one for each
  /// pixel, which are kept in 0.001…0.999.
  public func setOutputBias(_ parameters: Vector, toLogitsOf means: [Float]) {
    let bias = layers.last!.bias(parameters)
    precondition(means.count == bias.columns, "\(means.count) means of \(bias.columns) pixels")
    bias.copy(from: means.map { BernoulliLikelihood.logit(min(max($0, 0.001), 0.999)) })
  }
}
