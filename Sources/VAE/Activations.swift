public import Kernels

/// The intermediate results of a forward and a backward pass over at most `capacity` samples.
///
/// Each layer's inputs and deltas lie in `shared` memory, in the precision that products read,
/// because weight gradients are computed from inputs and deltas, possibly by another rank of the
/// same team. All other results lie in the rank's `own` memory. In fp32 the matrices ``pixels``,
/// ``latents``, ``logits`` and ``momentGradient`` are views of the shared operands; in bf16 they
/// are separate floats in own memory, and whatever writes these floats also rounds them into the
/// operands.
///
/// The encoder has a row for each sample, the decoder one for each draw of a sample's latent:
/// `draws` of them, one after another. Functions that take `rows` mean samples.
public struct Activations {
  /// How many latents are drawn of each sample: the decoder's rows.
  public let draws: Int

  /// The inputs of each layer, (capacity, inputs + 1) in the encoder and (capacity × draws, inputs + 1) in
  /// the decoder. The last column is all ones.
  public let inputs: [Operand]

  /// The deltas of each layer, with as many rows as ``inputs``: the gradient of the loss with respect to the
  /// layer's outputs before the activation.
  public let deltas: [Operand]

  /// The images, (capacity, pixels): the first of the first layer's inputs.
  public let pixels: Matrix

  /// The encoder's outputs, (capacity, moments): means, then log variances; in a plain autoencoder, codes.
  public let moments: Matrix

  /// Standard normal draws, (capacity × draws, latent).
  public let noise: Matrix

  /// The sampler's outputs, (capacity × draws, latent): the first of the decoder's inputs.
  public let latents: Matrix

  /// The decoder's outputs, (capacity × draws, pixels). The backward pass replaces the logits by the
  /// gradient of the loss with respect to them.
  public let logits: Matrix

  /// The gradient of the loss with respect to the decoder's inputs, (capacity × draws, latent + labels).
  let decoderGradient: Matrix

  /// The gradient of the loss with respect to the moments, (capacity, moments): the delta of the
  /// encoder's last layer.
  let momentGradient: Matrix

  /// The cross-entropies of draws, and their weights, (capacity × draws, 1) each; without columns where there
  /// is one draw.
  let crossEntropies: Matrix
  let weights: Matrix

  /// A hidden layer's outputs, or the gradient with respect to them, before these are rounded:
  /// (capacity × draws, largest hidden layer). Without columns where the layers' operands hold floats, or
  /// products round by themselves, as with rectifiers.
  private let hiddenFloats: Matrix

  /// The sizes of the model.
  private let configuration: ModelConfiguration

  /// The index of the decoder's first layer.
  private let decoder: Int

  /// For each operand in shared memory except the first layer's inputs: the offset of the operand's
  /// first row, and the distance between the rows of two samples, in floats.
  private let gathered: [(offset: Int, stride: Int)]

  /// Lays out memory for `capacity` samples with `draws` latents each,
  /// ``sharedCount(_:capacity:draws:precision:)`` floats in `shared` and
  /// ``ownCount(_:capacity:draws:precision:)`` in `own`, and sets the columns of ones.
  ///
  /// Pass `mostlyZero` if most pixels are zero: the first layer is then computed faster, with the
  /// same bits as long as its weights and deltas are finite.
  public init(
    _ layout: ParameterLayout, capacity: Int, draws: Int = 1, memory: (shared: Vector, own: Vector),
    precision: Precision = .fp32, mostlyZero: Bool = false
  ) {
    let sizes = layout.configuration
    var shared = RowAllocator(memory.shared)
    var own = RowAllocator(memory.own)
    var (inputs, deltas) = ([Operand](), [Operand]())
    var offsets: [Int] = []
    for layer in layout.layers {
      let rows = layout.decoderLayers.contains(layer.number) ? capacity * draws : capacity
      offsets.append(shared.offset)
      let isMostlyZero = mostlyZero && inputs.isEmpty
      inputs.append(shared.operand(rows, layer.inputs + 1, precision, isMostlyZero: isMostlyZero))
      inputs.last!.columns(layer.inputs..<layer.inputs + 1).fill(1)
      offsets.append(shared.offset)
      deltas.append(shared.operand(rows, layer.outputs, precision))
    }
    let (rows, decoder) = (capacity * draws, layout.decoderLayers.lowerBound)
    (self.inputs, self.deltas, self.decoder) = (inputs, deltas, decoder)
    (configuration, self.draws) = (sizes, draws)
    moments = own.matrix(capacity, sizes.moments)
    noise = own.matrix(rows, sizes.latent)
    decoderGradient = own.matrix(rows, sizes.decoderInputs)
    pixels = own.floats(for: inputs[0].columns(0..<sizes.pixels))
    latents = own.floats(for: inputs[decoder].columns(0..<sizes.latent))
    logits = own.floats(for: deltas.last!)
    momentGradient = own.floats(for: deltas[decoder - 1])
    crossEntropies = own.matrix(rows, draws > 1 ? 1 : 0)
    weights = own.matrix(rows, draws > 1 ? 1 : 0)
    hiddenFloats = own.matrix(rows, Self.hiddenFloatColumns(sizes, precision))
    gathered = zip(offsets, offsets.dropFirst() + [shared.offset]).dropFirst()
      .map { ($0, ($1 - $0) / max(capacity, 1)) }
  }

  /// Where in shared memory, in floats, the inputs and deltas of the samples `rows` lie, without
  /// the pixels.
  ///
  /// Ranks that send each other these ranges, and read the pixels themselves, can compute any tile
  /// of the gradient over all samples.
  public func gatheredRanges(_ rows: Range<Int>) -> [Range<Int>] {
    gathered.map {
      $0.offset + rows.lowerBound * $0.stride..<$0.offset + rows.upperBound * $0.stride
    }
  }

  /// The inputs of the layer with index `number` without the column of ones: what the layer's weights are
  /// multiplied by.
  func weightInputs(of number: Int) -> Operand { Self.withoutOnes(inputs[number]) }

  private static func withoutOnes(_ input: Operand) -> Operand {
    input.columns(0..<input.columns - 1)
  }
}

extension Activations {
  /// The rows of the decoder's matrices that belong to the samples `rows`.
  public func decoderRows(_ rows: Range<Int>) -> Range<Int> {
    rows.lowerBound * draws..<rows.upperBound * draws
  }

  /// The rows of the layer with index `number` that belong to the samples `rows`.
  public func rows(_ rows: Range<Int>, ofLayer number: Int) -> Range<Int> {
    number < decoder ? rows : decoderRows(rows)
  }

  /// The gradient of the loss with respect to the latents, (capacity × draws, latent).
  var latentGradient: Matrix { decoderGradient.columns(0..<configuration.latent) }

  /// Floats for `operand`, which is the rows `rows` of a hidden layer's, and is rounded from them: the
  /// operand itself if it is fp32.
  func hiddenFloats(for operand: Operand, rows: Range<Int>) -> Matrix {
    operand.matrix ?? hiddenFloats.rows(rows).columns(0..<operand.columns)
  }

  /// Tells the encoder and the decoder of a conditional model the label of each of the samples `rows`. Does
  /// nothing in other models.
  ///
  /// A label that the model does not know is told as none at all.
  public func fillLabels(_ rows: Range<Int>, label: (Int) -> Int) {
    let labels = configuration.labels
    guard labels > 0 else { return }
    for (operand, first, each) in [
      (inputs[0], configuration.pixels, 1), (inputs[decoder], configuration.latent, draws),
    ] {
      for row in rows {
        let columns = operand.rows(row * each..<(row + 1) * each)
          .columns(first..<first + labels)
        columns.fill(0)
        let label = label(row)
        if label < labels { columns.columns(label..<label + 1).fill(1) }
      }
    }
  }
}

/// The operands that must be rounded whenever the floats of the same name have changed.
extension Activations {
  /// The operand of ``pixels``.
  public var pixelOperand: Operand { inputs[0].columns(0..<configuration.pixels) }

  /// The operand of ``latents``.
  var latentOperand: Operand { inputs[decoder].columns(0..<configuration.latent) }

  /// The operand of ``logits`` after the backward pass has replaced them by their gradient.
  var logitDelta: Operand { deltas.last! }

  /// The operand of ``momentGradient``.
  var momentDelta: Operand { deltas[decoder - 1] }
}

extension Activations {
  /// The number of floats of shared memory that ``gatheredRanges(_:)`` of one sample have.
  public static func gatheredCount(
    _ layout: ParameterLayout, draws: Int = 1, precision: Precision = .fp32
  ) -> Int {
    sharedCount(layout, capacity: 1, draws: draws, precision: precision)
      - RowAllocator.floats(perRow: layout.layers[0].inputs + 1, precision)
  }

  /// The number of floats of shared memory for `capacity` samples with `draws` latents each.
  public static func sharedCount(
    _ layout: ParameterLayout, capacity: Int, draws: Int = 1, precision: Precision = .fp32
  ) -> Int {
    capacity
      * layout.layers.reduce(0) { count, layer in
        let rows = layout.decoderLayers.contains(layer.number) ? draws : 1
        return count
          + rows
          * (RowAllocator.floats(perRow: layer.inputs + 1, precision)
            + RowAllocator.floats(perRow: layer.outputs, precision))
      }
  }

  /// The number of floats of own memory for `capacity` samples with `draws` latents each.
  public static func ownCount(
    _ layout: ParameterLayout, capacity: Int, draws: Int = 1, precision: Precision = .fp32
  ) -> Int {
    let sizes = layout.configuration
    let isRounded = precision != .fp32
    let encoder = [sizes.moments] + (isRounded ? [sizes.pixels, sizes.moments] : [])
    let decoder =
      [sizes.latent, sizes.decoderInputs, hiddenFloatColumns(sizes, precision)]
      + (isRounded ? [sizes.latent, sizes.pixels] : []) + (draws > 1 ? [1, 1] : [])
    let perSample = (encoder + Array(repeating: decoder, count: draws).joined()).reduce(0) {
      $0 + RowAllocator.floats(perRow: $1, .fp32)
    }
    return capacity * perSample
  }

  /// The columns of ``hiddenFloats``.
  private static func hiddenFloatColumns(_ sizes: ModelConfiguration, _ precision: Precision) -> Int
  {
    precision != .fp32 && sizes.activation != .relu ? sizes.hidden.largest : 0
  }
}
