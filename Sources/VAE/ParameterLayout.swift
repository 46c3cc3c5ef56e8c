internal import Kernels

/// Where each layer's parameters lie in one flat buffer; gradients and moments lie alike.
///
/// Each layer's matrix starts on 64 bytes, in fp32 and where it travels in bf16. Mean and log variance are
/// one layer, side by side.
public struct ParameterLayout: Sendable {
  /// The sizes of the model.
  public let configuration: ModelConfiguration

  /// The layers, in the order in which an image passes them.
  public let layers: [LinearLayer]

  /// The layers of ``layers`` that make up the encoder; the others are the decoder.
  public let encoderLayers: Range<Int>

  /// The gradient's tiles, in the order of memory.
  public let tiles: [GradientTile]

  /// The length of the flat buffer in floats, gaps before aligned starts included.
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
    tiles = layers.enumerated().reduce(into: []) { tiles, layer in
      tiles += GradientTile.tiles(of: layer.element, number: layer.offset, after: tiles.count)
    }
    count = offset
  }
}

extension Int {
  /// The least multiple of `unit` that is not less than this number.
  func rounded(upToMultipleOf unit: Int) -> Int { (self + unit - 1) / unit * unit }
}
