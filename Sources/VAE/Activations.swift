public import Kernels

/// All that one pass keeps of a batch: every layer's inputs and deltas, and the sampler's memory.
///
/// Layer inputs and deltas are what weight gradients are made of; they lie in `shared`, which ranks
/// of a team may see together. The rest is of use to the rank that computes it alone.
public struct Activations {
  /// The inputs of each layer, (capacity, inputs + 1); the last column is one.
  public let inputs: [Matrix]

  /// The gradient of the loss by each layer's outputs, (capacity, outputs).
  public let deltas: [Matrix]

  /// The encoder's outputs (capacity, 2 latent): means, then log variances.
  public let moments: Matrix

  /// Standard normal draws (capacity, latent).
  public let noise: Matrix

  /// The gradient of the loss by the latents (capacity, latent).
  let latentGradient: Matrix

  /// The images (capacity, pixels), which are the first layer's inputs.
  public var pixels: Matrix { units(below: 0) }

  /// The decoder's outputs (capacity, pixels), until the bound turns them into deltas.
  public var logits: Matrix { deltas[deltas.count - 1] }

  /// The sampler's outputs (capacity, latent), which are the decoder's inputs.
  public var latents: Matrix { units(below: decoder) }

  private let decoder: Int

  /// The floats of `shared` that `capacity` samples need.
  public static func sharedCount(_ layout: ParameterLayout, capacity: Int) -> Int {
    layout.layers.reduce(0) { $0 + capacity * (stride($1.inputs + 1) + stride($1.outputs)) }
  }

  /// The floats of `own` that `capacity` samples need.
  public static func ownCount(_ layout: ParameterLayout, capacity: Int) -> Int {
    let latent = layout.configuration.latent
    return capacity * (stride(2 * latent) + 2 * stride(latent))
  }

  /// Lays out memory for `capacity` samples and sets the columns of ones.
  public init(_ layout: ParameterLayout, capacity: Int, shared: Vector, own: Vector) {
    var (inputs, deltas, offset) = ([Matrix](), [Matrix](), 0)
    for layer in layout.layers {
      inputs.append(Self.take(shared, &offset, capacity, layer.inputs + 1))
      deltas.append(Self.take(shared, &offset, capacity, layer.outputs))
      inputs[inputs.count - 1].columns(layer.inputs..<layer.inputs + 1).fill(1)
    }
    offset = 0
    let latent = layout.configuration.latent
    self.inputs = inputs
    self.deltas = deltas
    moments = Self.take(own, &offset, capacity, 2 * latent)
    noise = Self.take(own, &offset, capacity, latent)
    latentGradient = Self.take(own, &offset, capacity, latent)
    decoder = layout.encoderLayers.upperBound
  }

  /// The next (rows, columns) of `memory`, each row on 64 bytes.
  private static func take(
    _ memory: Vector, _ offset: inout Int, _ rows: Int, _ columns: Int
  ) -> Matrix {
    defer { offset += rows * stride(columns) }
    return memory.matrix(at: offset, rows: rows, columns: columns, stride: stride(columns))
  }

  /// The inputs of layer `number` without the column of ones, (capacity, inputs).
  func units(below number: Int) -> Matrix {
    inputs[number].columns(0..<inputs[number].columns - 1)
  }

  private static func stride(_ columns: Int) -> Int { columns.rounded(upToMultipleOf: 16) }
}
