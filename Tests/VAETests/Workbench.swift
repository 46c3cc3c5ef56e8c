import Kernels
import VAE

/// A model with all the memory that a batch of `capacity` samples needs.
struct Workbench: ~Copyable {
  let layout: ParameterLayout
  let model: VariationalAutoencoder
  let activations: Activations
  /// Reconstruction, divergence and surplus of each sample (capacity, 3).
  let parts: Matrix
  /// The first two of these (capacity, 2).
  var losses: Matrix { parts.columns(0..<2) }

  private let shared: Buffer<Float>
  private let own: Buffer<Float>
  private let loss: Buffer<Float>
  private let parameterMemory: Buffer<Float>
  private let copyMemory: Buffer<Float>
  private let copies: WeightCopies
  private let gradientMemory: Buffer<Float>

  /// Parameters and their copies are 0 at first. All other memory is NaN, so that a number that is
  /// used before it is set shows.
  init(
    _ configuration: ModelConfiguration, capacity: Int, precision: Precision = .fp32,
    objective: Objective = Objective()
  ) {
    let draws = objective.draws
    layout = ParameterLayout(configuration)
    model = VariationalAutoencoder(layout, engine: MatrixEngine(), objective: objective)
    shared = Buffer(
      repeating: .nan,
      count: Activations.sharedCount(
        layout, capacity: capacity, draws: draws, precision: precision))
    own = Buffer(
      repeating: .nan,
      count: Activations.ownCount(
        layout, capacity: capacity, draws: draws, precision: precision))
    loss = Buffer(repeating: .nan, count: 3 * capacity)
    parameterMemory = Buffer(repeating: 0, count: layout.count)
    copyMemory = Buffer(
      repeating: 0, count: WeightCopies.count(layout, precision: precision))
    copies = WeightCopies(layout, copyMemory.vector, precision: precision)
    gradientMemory = Buffer(repeating: .nan, count: layout.count)
    activations = Activations(
      layout, capacity: capacity, draws: draws, memory: (shared.vector, own.vector),
      precision: precision)
    parts = loss.vector.matrix(rows: capacity, columns: 3)
  }

  /// All parameters.
  var parameters: Vector { parameterMemory.vector }

  /// The gradient, laid out like the parameters.
  var gradient: Vector { gradientMemory.vector }

  /// Sets parameters by PyTorch's names, and the batch's pixels and noise, row-major.
  func set(_ parameters: [String: [Double]], pixels: [Double], noise: [Double]) {
    for tensor in layout.tensors {
      tensor.view(of: self.parameters).copy(from: parameters[tensor.name]!.map { Float($0) })
    }
    set(pixels: pixels)
    activations.noise.copy(from: noise.map { Float($0) })
  }

  /// Sets the batch's pixels, row-major.
  func set(pixels: [Double]) {
    activations.pixels.copy(from: pixels.map { Float($0) })
    activations.pixelOperand.round(activations.pixels)
  }

  /// The parameters, with up-to-date copies.
  private var modelParameters: Parameters {
    for tile in layout.tiles { copies.update(tile, from: parameters) }
    return Parameters(parameters, copies: copies)
  }

  /// Computes logits from pixels.
  func forward(_ rows: Range<Int>) {
    model.encode(activations, rows: rows, with: modelParameters)
    model.sample(activations, rows: rows)
    model.decode(activations, rows: rows, with: modelParameters)
  }

  /// Computes the losses, and the deltas of `scale` × the sum of the objective, in which the divergence
  /// counts `divergence`.
  func forwardAndBackward(_ rows: Range<Int>, scale: Float, divergence: Float = 1) {
    forward(rows)
    model.backpropagate(
      activations, rows: rows, with: modelParameters,
      weights: LossWeights(scale: scale, divergence: divergence), losses: parts.rows(rows))
  }

  /// Computes the gradient, summed over `rows`, tile by tile.
  func computeGradient(_ rows: Range<Int>) {
    for tile in layout.tiles {
      model.computeGradient(
        of: tile, from: activations, layerRows: activations.rows(rows, ofLayer: tile.layer),
        into: gradient[tile.range])
    }
  }

  /// The gradient by PyTorch's names and in its order.
  func namedGradient() -> [String: [Double]] {
    let pairs = layout.tensors.map { ($0.name, $0.view(of: gradient).elements.map(Double.init)) }
    return Dictionary(uniqueKeysWithValues: pairs)
  }
}
