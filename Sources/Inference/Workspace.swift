internal import Images
internal import Kernels
internal import VAE

/// What one thread computes chunks with: the model, its parameters, and buffers for inputs and outputs.
///
/// A chunk is a run of at most ``capacity`` images or latents, which a thread takes through the model
/// at a time. Row `i` of every buffer belongs to position `i` of the chunk, counted from its first.
struct Workspace {
  /// An upper bound of a chunk's rows. It is a constant, so that how images are cut into chunks does
  /// not depend on the number of ranks or threads.
  static let capacity = 128

  /// The model, whose products this thread alone computes.
  let model: VariationalAutoencoder

  /// The model's parameters, all in fp32, also those of a model that was trained in bf16.
  let parameters: Parameters

  /// Inputs and outputs of the model's layers.
  let activations: Activations

  /// Another view of the memory of ``activations``, for images that are mostly black: products skip
  /// the zeros among the pixels.
  private let mostlyBlackActivations: Activations

  /// Room for the chunk's losses (capacity, 2).
  let losses: Matrix

  /// Lays a workspace out in `memory`, of ``floatCount(_:)`` floats. The caller keeps `memory` and
  /// `parameters` alive.
  init(_ layout: ParameterLayout, parameters: Vector, memory: Vector) {
    let (shared, own) = Self.activationCounts(layout)
    model = VariationalAutoencoder(layout, engine: MatrixEngine())
    self.parameters = Parameters(parameters)
    let views = [false, true].map {
      Activations(
        layout, capacity: Self.capacity,
        memory: (memory[0..<shared], memory[shared..<shared + own]), mostlyZero: $0)
    }
    (activations, mostlyBlackActivations) = (views[0], views[1])
    losses = memory.matrix(at: shared + own, rows: Self.capacity, columns: 2)
  }

  /// The floats of memory that a workspace takes.
  static func floatCount(_ layout: ParameterLayout) -> Int {
    let (shared, own) = activationCounts(layout)
    return shared + own + 2 * capacity
  }

  private static func activationCounts(_ layout: ParameterLayout) -> (shared: Int, own: Int) {
    (
      Activations.sharedCount(layout, capacity: capacity),
      Activations.ownCount(layout, capacity: capacity)
    )
  }
}

extension Workspace {
  /// Computes the moments of q(z|x) of the images at `positions`, into `activations.moments`. A conditional
  /// model is told their labels, also for decoding.
  func encode(_ images: ImagesInOrder, at positions: Range<Int>) {
    let rows = 0..<positions.count
    images.dataset.fill(
      activations.pixels.rows(rows), as: activations.pixelOperand.rows(rows), order: images.order,
      positions: positions, draws: images.draws)
    activations.fillLabels(rows) { images.label(positions.lowerBound + $0) }
    model.encode(
      images.areMostlyBlack ? mostlyBlackActivations : activations, rows: rows, with: parameters)
  }

  /// Decodes the first `count` rows of `activations.latents` into rows of `images` (capacity, pixels):
  /// the means of the pixels.
  func decode(_ count: Int, into images: Matrix) {
    let rows = 0..<count
    model.decode(activations, rows: rows, with: parameters)
    BernoulliLikelihood.means(logits: activations.logits.rows(rows), into: images.rows(rows))
  }
}

/// The images of a data set in the order of its files, and what is found out about them once for
/// all passes.
struct ImagesInOrder {
  /// The data set.
  let dataset: Dataset

  /// The images at all positions, in the order of the files: by default position `i` is image `i`.
  let order: EpochOrder

  /// Makes the images black and white; nil where they stay grey.
  let draws: RandomStream?

  /// Whether most pixels of the first images are black: see ``Dataset/isMostlyBlack(_:)``.
  let areMostlyBlack: Bool

  /// The label of the image at `position`; the set has labels.
  func label(_ position: Int) -> Int { dataset.label(ofImage: Int(order.images[position])) }

  /// The images of `dataset` in `order`, shown by `pixels`.
  init(_ dataset: Dataset, _ pixels: PixelProtocol, order: EpochOrder) {
    self.dataset = dataset
    self.order = order
    draws = pixels.evaluationDraws(of: dataset.split)
    areMostlyBlack = dataset.isMostlyBlack(pixels)
  }

  /// All images of `dataset`, shown by `pixels`.
  init(_ dataset: Dataset, _ pixels: PixelProtocol) {
    self.init(dataset, pixels, order: EpochOrder(unshuffled: dataset.count))
  }
}
