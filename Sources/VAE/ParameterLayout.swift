internal import Kernels

/// The model's layers, and where the parameters of each lie in one flat buffer.
///
/// The gradient and Adam's moments have the same layout. Each layer's matrix starts on 64 bytes, in
/// fp32 and in a copy of the buffer in bf16. Means and log variances are the outputs of one layer,
/// side by side.
public struct ParameterLayout: Sendable {
  /// The sizes of the model.
  public let configuration: ModelConfiguration

  /// All layers, those of the encoder first.
  public let layers: [LinearLayer]

  /// The indices in ``layers`` of the encoder's layers.
  public let encoderLayers: Range<Int>

  /// The indices in ``layers`` of the decoder's layers.
  public var decoderLayers: Range<Int> { encoderLayers.upperBound..<layers.count }

  /// The tiles of the gradient, in the order in which they lie in memory.
  public let tiles: [GradientTile]

  /// The length of the flat buffer in floats, including the gaps before aligned matrices.
  public let count: Int

  /// The number of trainable parameters, without gaps.
  public var parameterCount: Int { layers.reduce(0) { $0 + $1.range.count } }

  /// Lays out the model of `configuration`.
  public init(_ configuration: ModelConfiguration) {
    let (pixels, hidden, latent) = (
      configuration.pixels, configuration.hidden, configuration.latent
    )
    let sizes = [
      ("fc1", pixels, hidden), ("fc2", hidden, 2 * latent), ("fc3", latent, hidden),
      ("fc4", hidden, pixels),
    ]
    let unit = Buffer<BFloat16>.alignment / MemoryLayout<BFloat16>.stride
    var (layers, offset) = ([LinearLayer](), 0)
    for (name, inputs, outputs) in sizes {
      layers.append(
        LinearLayer(
          number: layers.count, name: name, inputs: inputs, outputs: outputs, offset: offset))
      offset = (offset + (inputs + 1) * outputs).rounded(upToMultipleOf: unit)
    }
    self.configuration = configuration
    self.layers = layers
    encoderLayers = 0..<2
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
