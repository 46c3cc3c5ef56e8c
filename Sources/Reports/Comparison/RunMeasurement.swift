internal import Checkpoints
internal import Formats
internal import Inference
internal import Kernels
internal import MPI
internal import VAE

/// What one of two runs that are compared can do: figures and pictures. On rank zero alone.
struct MeasuredRun {
  let figures: ComparedRun
  /// The map of the test images' codes; nil where the model has too few or too many latents for a map.
  let map: LatentMap?
  /// The first few draws of the prior, decoded, as a PNG file.
  let strip: [UInt8]
  /// Draws of the prior, decoded, as a PNG file.
  let samples: [UInt8]
  /// Walks between test images, as a PNG file.
  let walks: [UInt8]
}

/// Measures a run; every function is collective.
struct RunMeasurement: ~Copyable {
  /// The seed of all draws, the same for any run.
  static let seed: UInt64 = 1
  /// How many draws of the prior are decoded; the first ``shown`` of them are shown.
  static let draws = 1000
  /// How many draws of the prior are shown, eight in a row.
  static let shown = 64
  /// How many images a row of a walk has between the two that it leads from and to.
  static let steps = 8

  private var session: InferenceSession
  private let images: ComparedImages
  private let train: ComparedLatents
  private let test: ComparedLatents
  private let imageHeight: Int

  /// Encodes the `images`, which are `imageHeight` pixels high, with `session`.
  init(
    _ session: consuming InferenceSession, on images: ComparedImages, imageHeight: Int,
    among communicator: borrowing Communicator
  ) throws {
    // Two epochs: a training image's noise must not be that of a test image.
    let train = try ComparedLatents(
      images.train, session, seed: Self.seed, epoch: 1, among: communicator)
    let test = try ComparedLatents(
      images.test, session, seed: Self.seed, epoch: 0, among: communicator)
    self.train = train
    self.test = test
    self.session = session
    self.images = images
    self.imageHeight = imageHeight
  }

  /// All figures and pictures.
  ///
  /// - Parameters:
  ///   - label: what the page calls the run.
  ///   - pixels: what is known of the images' pixels, on rank zero; nil where the images have no labels.
  ///   - communicator: the ranks.
  /// - Returns: what was measured, on rank zero; nil on the other ranks.
  /// - Throws: on all ranks, where a number of the model is not finite.
  mutating func measure(
    _ label: RunLabel, pixels: PixelFigures?, among communicator: borrowing Communicator
  ) throws -> MeasuredRun? {
    let errors = try session.reconstructionErrors(images.test, among: communicator)
    let (drawsMet, latentsMet) = try mix(among: communicator)
    let recognised = try recognisable(pixels, among: communicator)
    let accuracy = try codeAccuracy(among: communicator)
    let strip = try drawSamples(16, among: communicator)
    let samples = try drawSamples(Self.shown, among: communicator)
    let walks = try drawWalks(among: communicator)
    guard communicator.rank == 0, let strip, let samples, let walks else { return nil }
    let codes = test.codes.matrix(rows: test.count, columns: test.latent).elements
    let gaussian = LatentGaussian(codes: codes, variances: test.variances, latent: test.latent)
    let figures = ComparedRun(
      name: label.name, kind: session.layout.configuration.kind,
      sizes: session.layout.configuration.summary, recipe: label.recipe, latent: test.latent,
      crossEntropy: errors.crossEntropy, squaredError: errors.squaredError,
      divergence: gaussian.divergenceFromPrior, drawsMet: drawsMet, latentsMet: latentsMet,
      recognisable: recognised?.share(asIn: images.testLabels ?? []),
      recognisableLabels: recognised.map { found in
        Dictionary(uniqueKeysWithValues: found.counts.map { ("\($0.key)", $0.value) })
      }, codeAccuracy: accuracy)
    let hasMap = (2...LatentMap.mostDimensions).contains(test.latent)
    return MeasuredRun(
      figures: figures,
      map: hasMap
        ? LatentMap(codes, labels: images.testLabels, latent: test.latent, showsPrior: true) : nil,
      strip: PNG.encode(strip), samples: PNG.encode(samples), walks: PNG.encode(walks))
  }

  /// The shares of ``ComparedRun/drawsMet`` and ``ComparedRun/latentsMet``, on rank zero.
  private func mix(
    among communicator: borrowing Communicator
  ) throws -> (drawsMet: Double, latentsMet: Double) {
    let latents = PointSet(test.latents, columns: test.latent)
    let draws = PointSet(
      count: test.count, columns: test.latent, fill: InferenceSession.prior(seed: Self.seed))
    var shares = [0.0, 0.0]
    for (number, sets) in [(draws, latents), (latents, draws)].enumerated() {
      let own = try session.nearest(
        2, toEachOf: test.count, vectors: sets.0.fill, among: sets.0, on: communicator)
      let other = try session.nearest(
        1, toEachOf: test.count, vectors: sets.0.fill, among: sets.1, on: communicator)
      if communicator.rank == 0 { shares[number] = Mixture(own: own, other: other).met }
    }
    return (shares[0], shares[1])
  }

  /// The labels of draws that are recognisable, on rank zero; nil where images have no labels, and on the
  /// other ranks.
  private func recognisable(
    _ pixels: PixelFigures?, among communicator: borrowing Communicator
  ) throws -> RecognisedLabels? {
    guard let labels = images.trainLabels else { return nil }
    let size = images.train.pixelCount
    let memory = Buffer<Float>(repeating: 0, count: Self.draws * size)
    let decoded = memory.vector
    try session.decode(
      Self.draws, among: communicator, latents: InferenceSession.prior(seed: Self.seed)
    ) { positions, images in
      for index in images.indices { decoded[positions.lowerBound * size + index] = images[index] }
    }
    try decoded.withMutableSpan { span throws(MPIError) in
      try communicator.broadcast(&span, from: 0)
    }
    let points = PointSet(decoded, columns: size)
    let found = try images.nearest(
      toEachOf: points.count, images: points.fill, with: session, among: communicator)
    guard let pixels else { return nil }
    return RecognisedLabels(
      NeighbourVotes(found, labels: labels).recognised(within: pixels.usual))
  }

  /// The share of ``ComparedRun/codeAccuracy``, on rank zero; nil where images have no labels, and on the
  /// other ranks.
  private func codeAccuracy(among communicator: borrowing Communicator) throws -> Double? {
    guard let trainLabels = images.trainLabels, let testLabels = images.testLabels else {
      return nil
    }
    let codes = PointSet(test.codes, columns: test.latent)
    let found = try session.nearest(
      images.neighbours, toEachOf: codes.count, vectors: codes.fill,
      among: PointSet(train.codes, columns: train.latent), on: communicator)
    guard communicator.rank == 0 else { return nil }
    return NeighbourVotes(found, labels: trainLabels).accuracy(testLabels)
  }
}

extension RunMeasurement {
  /// The first `count` draws of the prior, decoded, on rank zero.
  private func drawSamples(
    _ count: Int, among communicator: borrowing Communicator
  ) throws -> GreyImage? {
    try session.draw(
      count, latents: InferenceSession.prior(seed: Self.seed), on: sheet(columns: 8),
      among: communicator)
  }

  /// Rows that lead along a straight line from the code of one test image to that of another: the image, what
  /// is decoded on the way, and the other image; on rank zero.
  private mutating func drawWalks(
    among communicator: borrowing Communicator
  ) throws -> GreyImage? {
    let pairs = images.pairs
    if session.layout.configuration.labels > 0 {
      // A conditional model is told the label of the nearer end.
      let labels = pairs.flatMap { pair in
        (0..<Self.steps).map {
          Int(images.test.label(2 * $0 < Self.steps ? pair.first : pair.second))
        }
      }
      session.label = { labels[$0] }
    }
    let codes = test.codes.matrix(rows: test.count, columns: test.latent)
    var shades: [UInt8] = []
    try session.decode(pairs.count * Self.steps, among: communicator) { positions, latents in
      for (row, position) in positions.enumerated() {
        let pair = pairs[position / Self.steps]
        let t = Float(position % Self.steps) / Float(Self.steps - 1)
        for k in 0..<latents.columns {
          latents[row, k] = (1 - t) * codes[pair.first, k] + t * codes[pair.second, k]
        }
      }
    } receive: {
      shades += GreyImage.shades(of: $1)
    }
    guard communicator.rank == 0 else { return nil }
    let row = Self.steps * images.test.pixelCount
    let all = pairs.enumerated().flatMap { number, pair in
      images.test.pixels(pair.first) + shades[number * row..<(number + 1) * row]
        + images.test.pixels(pair.second)
    }
    return sheet(columns: Self.steps + 2).grid(all.span)
  }

  /// A sheet on which images take about 56 pixels in either direction.
  private func sheet(columns: Int) -> Sheet {
    let width = images.test.pixelCount / imageHeight
    return session.sheet(
      columns: columns, imageHeight: imageHeight, scale: max(1, 56 / max(width, imageHeight)))
  }
}
