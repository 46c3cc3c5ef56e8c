public import Kernels

/// All that one pass keeps of a batch: every layer's inputs and deltas, and the sampler's memory.
///
/// Layer inputs and deltas are what weight gradients are made of; they lie in `shared`, which ranks of
/// a team may see together, as products read them. Where that is not fp32, the rank's own memory has
/// floats of those that the bound and the sampler compute with. The rest is of use to the rank that
/// computes it alone.
public struct Activations {
  /// The inputs of each layer, (capacity, inputs + 1); the last column is one.
  public let inputs: [Operand]

  /// The gradient of the loss by each layer's outputs, (capacity, outputs).
  public let deltas: [Operand]

  /// The images (capacity, pixels), which are the first layer's inputs.
  public let pixels: Matrix

  /// The encoder's outputs (capacity, 2 latent): means, then log variances.
  public let moments: Matrix

  /// Standard normal draws (capacity, latent).
  public let noise: Matrix

  /// The sampler's outputs (capacity, latent), which are the decoder's inputs.
  public let latents: Matrix

  /// The decoder's outputs (capacity, pixels), until the bound turns them into deltas.
  public let logits: Matrix

  /// The gradient of the loss by the latents (capacity, latent).
  let latentGradient: Matrix

  /// The gradient of the loss by the moments (capacity, 2 latent), the encoder's last delta.
  let momentGradient: Matrix

  private let decoder: Int

  /// Where the rows of each operand but the pixels begin in `shared`, and how far they lie apart.
  private let gathered: [(offset: Int, stride: Int)]

  /// Lays out memory for `capacity` samples and sets the columns of ones. That the pixels are
  /// `mostlyZero` saves time, and changes no bit.
  public init(
    _ layout: ParameterLayout, capacity: Int, shared: Vector, own: Vector,
    precision: Precision = .fp32, mostlyZero: Bool = false
  ) {
    var (shared, own) = (ActivationRows(shared, capacity), ActivationRows(own, capacity))
    var (inputs, deltas) = ([Operand](), [Operand]())
    var offsets: [Int] = []
    for layer in layout.layers {
      offsets.append(shared.offset)
      let isMostlyZero = mostlyZero && inputs.isEmpty
      inputs.append(shared.operand(layer.inputs + 1, precision, isMostlyZero: isMostlyZero))
      inputs.last!.columns(layer.inputs..<layer.inputs + 1).fill(1)
      offsets.append(shared.offset)
      deltas.append(shared.operand(layer.outputs, precision))
    }
    let (latent, decoder) = (layout.configuration.latent, layout.encoderLayers.upperBound)
    self.inputs = inputs
    self.deltas = deltas
    self.decoder = decoder
    moments = own.matrix(2 * latent)
    noise = own.matrix(latent)
    latentGradient = own.matrix(latent)
    pixels = own.floats(of: Self.units(inputs[0]))
    latents = own.floats(of: Self.units(inputs[decoder]))
    logits = own.floats(of: deltas.last!)
    momentGradient = own.floats(of: deltas[decoder - 1])
    gathered = zip(offsets, offsets.dropFirst() + [shared.offset]).dropFirst()
      .map { ($0, ($1 - $0) / max(capacity, 1)) }
  }

  /// Where all that products read of the samples `rows`, the pixels aside, lies in `shared`.
  public func gatheredRanges(_ rows: Range<Int>) -> [Range<Int>] {
    gathered.map {
      $0.offset + rows.lowerBound * $0.stride..<$0.offset + rows.upperBound * $0.stride
    }
  }

  /// What products read of ``pixels``.
  public var pixelOperand: Operand { units(below: 0) }

  /// What products read of ``latents``.
  var latentOperand: Operand { units(below: decoder) }

  /// What products read of the logits' gradient.
  var logitDelta: Operand { deltas.last! }

  /// What products read of ``momentGradient``.
  var momentDelta: Operand { deltas[decoder - 1] }

  /// The inputs of layer `number` without the column of ones, (capacity, inputs).
  func units(below number: Int) -> Operand { Self.units(inputs[number]) }

  private static func units(_ input: Operand) -> Operand { input.columns(0..<input.columns - 1) }
}

extension Activations {
  /// The floats of `shared` that `capacity` samples need.
  public static func sharedCount(
    _ layout: ParameterLayout, capacity: Int, precision: Precision = .fp32
  ) -> Int {
    let widths = layout.layers.flatMap { [$0.inputs + 1, $0.outputs] }
    return capacity * widths.reduce(0) { $0 + ActivationRows.floats($1, precision) }
  }

  /// The floats of `own` that `capacity` samples need.
  public static func ownCount(
    _ layout: ParameterLayout, capacity: Int, precision: Precision = .fp32
  ) -> Int {
    let (pixels, latent) = (layout.configuration.pixels, layout.configuration.latent)
    let floats = precision == .fp32 ? [] : [pixels, latent, pixels, 2 * latent]
    let widths = [2 * latent, latent, latent] + floats
    return capacity * widths.reduce(0) { $0 + ActivationRows.floats($1, .fp32) }
  }
}
