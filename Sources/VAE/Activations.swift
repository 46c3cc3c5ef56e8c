public import Kernels

/// All that one pass keeps of a batch: every layer's inputs and deltas, and the sampler's memory.
///
/// Layer inputs and deltas are what weight gradients are made of. What products read of them lies
/// in `shared`, which ranks of a team may see together: in fp32 the matrices themselves, in bf16
/// rounded copies. The rest is of use to the rank that computes it alone.
public struct Activations {
  /// The inputs of each layer, (capacity, inputs + 1); the last column is one.
  public let inputs: [Matrix]

  /// The gradient of the loss by each layer's outputs, (capacity, outputs).
  public let deltas: [Matrix]

  /// What products read of ``inputs``.
  public let inputOperands: [Operand]

  /// What products read of ``deltas``.
  public let deltaOperands: [Operand]

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

  /// Where the rows of each operand but the pixels begin in `shared`, and how far they lie apart.
  private let gathered: [(offset: Int, stride: Int)]

  /// Lays out memory for `capacity` samples and sets the columns of ones. That the pixels are
  /// `mostlyZero` saves time, and changes no bit.
  public init(
    _ layout: ParameterLayout, capacity: Int, shared: Vector, own: Vector,
    precision: Precision = .fp32, mostlyZero: Bool = false
  ) {
    var (shared, own) = (ActivationRows(shared, capacity), ActivationRows(own, capacity))
    var (inputs, deltas) = ([Matrix](), [Matrix]())
    var (inputOperands, deltaOperands) = ([Operand](), [Operand]())
    var offsets: [Int] = []
    for layer in layout.layers {
      offsets.append(shared.offset)
      let (input, inputOperand) = ActivationRows.take(
        layer.inputs + 1, precision, shared: &shared, own: &own,
        isMostlyZero: mostlyZero && inputs.isEmpty)
      offsets.append(shared.offset)
      let (delta, deltaOperand) = ActivationRows.take(
        layer.outputs, precision, shared: &shared, own: &own)
      input.columns(layer.inputs..<layer.inputs + 1).fill(1)
      inputs.append(input)
      deltas.append(delta)
      inputOperands.append(inputOperand)
      deltaOperands.append(deltaOperand)
    }
    let latent = layout.configuration.latent
    self.inputs = inputs
    self.deltas = deltas
    self.inputOperands = inputOperands
    self.deltaOperands = deltaOperands
    moments = own.matrix(2 * latent)
    noise = own.matrix(latent)
    latentGradient = own.matrix(latent)
    decoder = layout.encoderLayers.upperBound
    gathered = zip(offsets, offsets.dropFirst() + [shared.offset]).dropFirst()
      .map { ($0, ($1 - $0) / max(capacity, 1)) }
  }

  /// Where all that products read of the samples `rows`, the pixels aside, lies in `shared`.
  public func gatheredRanges(_ rows: Range<Int>) -> [Range<Int>] {
    gathered.map {
      $0.offset + rows.lowerBound * $0.stride..<$0.offset + rows.upperBound * $0.stride
    }
  }

  /// Shows the pixels of the samples `rows` to products, where no pass of ours begins with them.
  public func publishPixels(_ rows: Range<Int>) { _ = publishInputs(0, rows) }

  /// The inputs of layer `number` without the column of ones, (capacity, inputs).
  func units(below number: Int) -> Matrix {
    inputs[number].columns(0..<inputs[number].columns - 1)
  }

  /// Shows the inputs of layer `number`, of the samples `rows`, to products, which see what they
  /// are now: (rows, inputs + 1).
  func publishInputs(_ number: Int, _ rows: Range<Int>) -> Operand {
    Self.publish(inputs[number].rows(rows), as: inputOperands[number].rows(rows))
  }

  /// As ``publishInputs(_:_:)``, of the deltas of layer `number`: (rows, outputs).
  func publishDeltas(_ number: Int, _ rows: Range<Int>) -> Operand {
    Self.publish(deltas[number].rows(rows), as: deltaOperands[number].rows(rows))
  }

  private static func publish(_ values: Matrix, as operand: Operand) -> Operand {
    operand.round(values)
    return operand
  }
}

extension Activations {
  /// The floats of `shared` that `capacity` samples need.
  public static func sharedCount(
    _ layout: ParameterLayout, capacity: Int, precision: Precision = .fp32
  ) -> Int {
    capacity * layout.widths.reduce(0) { $0 + ActivationRows.floats($1, precision) }
  }

  /// The floats of `own` that `capacity` samples need.
  public static func ownCount(
    _ layout: ParameterLayout, capacity: Int, precision: Precision = .fp32
  ) -> Int {
    let latent = layout.configuration.latent
    let widths = [2 * latent, latent, latent] + (precision == .fp32 ? [] : layout.widths)
    return capacity * widths.reduce(0) { $0 + ActivationRows.floats($1, .fp32) }
  }
}

extension ParameterLayout {
  /// The columns of all layers' inputs and deltas.
  fileprivate var widths: [Int] { layers.flatMap { [$0.inputs + 1, $0.outputs] } }
}
