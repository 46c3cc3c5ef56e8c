internal import Images
internal import Kernels
internal import VAE

/// What one thread computes panels with.
struct PanelBench {
  /// The rows of a panel.
  static let height = 128

  /// The model, whose products this thread alone computes.
  let model: VariationalAutoencoder

  /// The model's parameters, all in fp32, whatever it was trained in.
  let parameters: Parameters

  /// Inputs and outputs of the model's layers.
  let activations: Activations

  /// The same memory where images are mostly black.
  private let mostlyBlack: Activations

  /// Room for the panel's losses (height, 2).
  let losses: Matrix

  /// Lays a bench out over `memory`, of ``floats(_:)``, which the caller keeps alive.
  init(_ layout: ParameterLayout, _ parameters: Vector, _ memory: Vector) {
    let (shared, own) = Self.counts(layout)
    model = VariationalAutoencoder(layout, engine: MatrixEngine())
    self.parameters = Parameters(parameters)
    let views = [false, true].map {
      Activations(
        layout, capacity: Self.height, shared: memory[0..<shared],
        own: memory[shared..<shared + own], mostlyZero: $0)
    }
    (activations, mostlyBlack) = (views[0], views[1])
    losses = memory.matrix(at: shared + own, rows: Self.height, columns: 2)
  }

  /// The floats of memory that a bench needs.
  static func floats(_ layout: ParameterLayout) -> Int {
    let (shared, own) = counts(layout)
    return shared + own + 2 * height
  }

  private static func counts(_ layout: ParameterLayout) -> (shared: Int, own: Int) {
    (
      Activations.sharedCount(layout, capacity: height),
      Activations.ownCount(layout, capacity: height)
    )
  }
}

extension PanelBench {
  /// Computes the moments of the images at `positions` of `dataset`, which are mostly black or not.
  func encode(
    _ dataset: Dataset, isMostlyBlack: Bool, _ order: EpochOrder, _ positions: Range<Int>
  ) {
    let rows = 0..<positions.count
    dataset.fill(
      activations.pixels.rows(rows), as: activations.pixelOperand.rows(rows), order: order,
      positions: positions)
    model.encode(isMostlyBlack ? mostlyBlack : activations, rows: rows, with: parameters)
  }

  /// Decodes the panel's first `count` latents into means.
  func decode(_ count: Int, into images: Matrix) {
    let rows = 0..<count
    model.decode(activations, rows: rows, with: parameters)
    BernoulliLikelihood.means(logits: activations.logits.rows(rows), into: images.rows(rows))
  }
}
