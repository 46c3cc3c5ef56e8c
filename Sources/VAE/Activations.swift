public import Kernels

/// The intermediate results of a forward and a backward pass over at most `capacity` samples.
///
/// Each layer's inputs and deltas lie in `shared` memory, in the precision that products read,
/// because weight gradients are computed from inputs and deltas, possibly by another rank of the
/// same team. All other results lie in the rank's `own` memory. In fp32 the matrices ``pixels``,
/// ``latents``, ``logits`` and ``momentGradient`` are views of the shared operands; in bf16 they
/// are separate floats in own memory, and whatever writes these floats also rounds them into the
/// operands.
public struct Activations {
  /// The inputs of each layer, (capacity, inputs + 1). The last column is all ones.
  public let inputs: [Operand]

  /// The deltas of each layer, (capacity, outputs): the gradient of the loss with respect to the
  /// layer's outputs before the rectifier.
  public let deltas: [Operand]

  /// The images, (capacity, pixels): the inputs of the first layer.
  public let pixels: Matrix

  /// The encoder's outputs, (capacity, 2 latent): means, then log variances.
  public let moments: Matrix

  /// Standard normal draws, (capacity, latent).
  public let noise: Matrix

  /// The sampler's outputs, (capacity, latent): the inputs of the decoder.
  public let latents: Matrix

  /// The decoder's outputs, (capacity, pixels). The backward pass replaces the logits by the
  /// gradient of the loss with respect to them.
  public let logits: Matrix

  /// The gradient of the loss with respect to the latents, (capacity, latent).
  let latentGradient: Matrix

  /// The gradient of the loss with respect to the moments, (capacity, 2 latent): the delta of the
  /// encoder's last layer.
  let momentGradient: Matrix

  /// The index of the decoder's first layer.
  private let decoder: Int

  /// For each operand in shared memory except the first layer's inputs: the offset of the operand's
  /// first row, and the distance between rows, in floats.
  private let gathered: [(offset: Int, stride: Int)]

  /// Lays out memory for `capacity` samples, ``sharedCount(_:capacity:precision:)`` floats in
  /// `shared` and ``ownCount(_:capacity:precision:)`` in `own`, and sets the columns of ones.
  ///
  /// Pass `mostlyZero` if most pixels are zero: the first layer is then computed faster, with the
  /// same bits as long as its weights and deltas are finite.
  public init(
    _ layout: ParameterLayout, capacity: Int, shared: Vector, own: Vector,
    precision: Precision = .fp32, mostlyZero: Bool = false
  ) {
    var shared = RowAllocator(shared, capacity: capacity)
    var own = RowAllocator(own, capacity: capacity)
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
    let (latent, decoder) = (layout.configuration.latent, layout.decoderLayers.lowerBound)
    self.inputs = inputs
    self.deltas = deltas
    self.decoder = decoder
    moments = own.matrix(2 * latent)
    noise = own.matrix(latent)
    latentGradient = own.matrix(latent)
    pixels = own.floats(for: Self.withoutOnes(inputs[0]))
    latents = own.floats(for: Self.withoutOnes(inputs[decoder]))
    logits = own.floats(for: deltas.last!)
    momentGradient = own.floats(for: deltas[decoder - 1])
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

  /// The inputs of the layer with index `number` without the column of ones, (capacity, inputs):
  /// what the layer's weights are multiplied by.
  func weightInputs(of number: Int) -> Operand { Self.withoutOnes(inputs[number]) }

  private static func withoutOnes(_ input: Operand) -> Operand {
    input.columns(0..<input.columns - 1)
  }
}

/// The operands that must be rounded whenever the floats of the same name have changed.
extension Activations {
  /// The operand of ``pixels``.
  public var pixelOperand: Operand { weightInputs(of: 0) }

  /// The operand of ``latents``.
  var latentOperand: Operand { weightInputs(of: decoder) }

  /// The operand of ``logits`` after the backward pass has replaced them by their gradient.
  var logitDelta: Operand { deltas.last! }

  /// The operand of ``momentGradient``.
  var momentDelta: Operand { deltas[decoder - 1] }
}

extension Activations {
  /// The number of floats of shared memory for `capacity` samples.
  public static func sharedCount(
    _ layout: ParameterLayout, capacity: Int, precision: Precision = .fp32
  ) -> Int {
    let widths = layout.layers.flatMap { [$0.inputs + 1, $0.outputs] }
    return capacity * widths.reduce(0) { $0 + RowAllocator.floats(perRow: $1, precision) }
  }

  /// The number of floats of own memory for `capacity` samples.
  public static func ownCount(
    _ layout: ParameterLayout, capacity: Int, precision: Precision = .fp32
  ) -> Int {
    let (pixels, latent) = (layout.configuration.pixels, layout.configuration.latent)
    let floats = precision == .fp32 ? [] : [pixels, latent, pixels, 2 * latent]
    let widths = [2 * latent, latent, latent] + floats
    return capacity * widths.reduce(0) { $0 + RowAllocator.floats(perRow: $1, .fp32) }
  }
}

/// Cuts memory that is aligned to 64 bytes into matrices of `capacity` rows, one after another.
/// Each row is aligned likewise.
private struct RowAllocator {
  private let memory: Vector
  private let capacity: Int

  /// Where the next matrix starts: the number of floats before it.
  private(set) var offset = 0

  init(_ memory: Vector, capacity: Int) {
    self.memory = memory
    self.capacity = capacity
  }

  /// The number of floats whose memory a row of `columns` numbers in `precision` takes, with the
  /// gap after it.
  static func floats(perRow columns: Int, _ precision: Precision) -> Int {
    let line = Buffer<Float>.alignment / MemoryLayout<Float>.stride
    switch precision {
    case .fp32: return columns.rounded(upToMultipleOf: line)
    case .bf16: return columns.rounded(upToMultipleOf: 2 * line) / 2
    }
  }

  /// Cuts off a matrix (capacity, columns).
  mutating func matrix(_ columns: Int) -> Matrix {
    let stride = Self.floats(perRow: columns, .fp32)
    defer { offset += capacity * stride }
    return memory.matrix(at: offset, rows: capacity, columns: columns, stride: stride)
  }

  /// Cuts off an operand (capacity, columns).
  mutating func operand(
    _ columns: Int, _ precision: Precision, isMostlyZero: Bool = false
  ) -> Operand {
    guard precision == .bf16 else {
      return Operand(matrix(columns), isMostlyZero: isMostlyZero)
    }
    let stride = Self.floats(perRow: columns, .bf16)
    defer { offset += capacity * stride }
    return BFloat16Vector(inPlaceOf: memory[offset..<offset + capacity * stride])
      .operand(
        rows: capacity, columns: columns, stride: 2 * stride, isMostlyZero: isMostlyZero)
  }

  /// The floats that `operand` is rounded from: `operand` itself if it is fp32, otherwise a matrix
  /// of the same shape, which is cut off.
  mutating func floats(for operand: Operand) -> Matrix {
    operand.matrix ?? matrix(operand.columns)
  }
}
