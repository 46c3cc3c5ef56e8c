internal import Images
internal import Inference
internal import Kernels
internal import MPI

/// The images on which two runs are compared, and what is measured of them without a model.
struct ComparedImages {
  /// An upper bound of the test images that are used.
  static let mostTestImages = 10_000
  /// An upper bound of the training images among which neighbours are looked for.
  static let mostTrainingImages = 60_000
  /// How many neighbours vote, where there are as many training images.
  private static let mostNeighbours = 5

  let train: ImageSelection
  let test: ImageSelection
  /// The labels of the training images; nil where these or the test images have none.
  let trainLabels: [UInt8]?
  /// The labels of the test images; nil where these or the training images have none.
  let testLabels: [UInt8]?

  /// Selects images of the two splits.
  init(train: Dataset, test: Dataset) {
    self.train = ImageSelection(train, atMost: Self.mostTrainingImages)
    self.test = ImageSelection(test, atMost: Self.mostTestImages)
    let selections = [self.train, self.test]
    let labels = selections.map { selection in
      selections.allSatisfy(\.hasLabels) ? (0..<selection.count).map(selection.label) : nil
    }
    (trainLabels, testLabels) = (labels[0], labels[1])
  }

  /// How many neighbours vote.
  var neighbours: Int { min(Self.mostNeighbours, train.count) }

  /// Pairs of test images between whose codes walks lead, five at most: the first image of each of ten
  /// labels, two labels at a time; without labels the first images.
  var pairs: [(first: Int, second: Int)] {
    var ends = Array(0..<min(10, test.count))
    if let testLabels {
      var first: [UInt8: Int] = [:]
      for (position, label) in testLabels.enumerated() where first[label] == nil {
        first[label] = position
      }
      if first.count > 1 { ends = first.sorted { $0.key < $1.key }.prefix(10).map(\.value) }
    }
    return (0..<ends.count / 2).map { (ends[2 * $0], ends[2 * $0 + 1]) }
  }

  /// Finds the training images nearest to each of `count` images, by pixels; collective. Rank zero gets them.
  func nearest(
    toEachOf count: Int, images fill: (Range<Int>, Matrix) -> Void,
    with session: borrowing InferenceSession, among communicator: borrowing Communicator
  ) throws -> Neighbours {
    try session.nearest(
      neighbours, toEachOf: count, vectors: fill, among: PointSet(train), on: communicator)
  }
}

/// What the pixels of test images tell, beside which the figures of models are read.
struct PixelFigures {
  /// The share of test images whose label their neighbours tell.
  let accuracy: Double
  /// The share of test images that are recognisable: see ``ComparedRun/recognisable``.
  let recognisable: Double
  /// How far the farthest neighbour of a recognisable image may be.
  let usual: UsualDistance

  /// Measures `images`; collective. Nil where they have no labels, and on all ranks but rank zero.
  init?(
    of images: ComparedImages, with session: borrowing InferenceSession,
    among communicator: borrowing Communicator
  ) throws {
    guard let trainLabels = images.trainLabels, let testLabels = images.testLabels else {
      return nil
    }
    let pixels = PointSet(images.test)
    let found = try images.nearest(
      toEachOf: pixels.count, images: pixels.fill, with: session, among: communicator)
    guard communicator.rank == 0 else { return nil }
    let votes = NeighbourVotes(found, labels: trainLabels)
    usual = UsualDistance(found.distances(at: found.each - 1))
    accuracy = votes.accuracy(testLabels)
    recognisable = RecognisedLabels(votes.recognised(within: usual)).share(asIn: testLabels)
  }
}
