internal import Platform

/// A kind of place that images come from, such as a folder of IDX files.
///
/// A new kind is a type in a file of its own and its line in ``ImageSources/kinds``.
protocol ImageSource: SendableMetatype {
  /// The source at `path`; nil where there is something of another kind.
  ///
  /// - Throws: `DataError` where there is something of this kind that cannot be used.
  static func find(at path: String) throws -> (any ImageSource)?

  /// Whether there are images of `split`.
  func has(_ split: Dataset.Split) -> Bool

  /// The error that there are no images of `split`, which tells what there is instead.
  func missing(_ split: Dataset.Split) -> DataError

  /// Whether rows and columns of each image have changed places, as the set is published.
  var liesOnItsSide: Bool { get }

  /// What a user should know of the source, one sentence each, such as that some images are not used.
  var notices: [Sentence] { get }

  /// Whether a part of the images to train on is to be tested with where there are no test images.
  var holdsOut: Bool { get }

  /// Opens the files of `split`, of which the images of `share` will be read, and checks what can be checked
  /// without reading all of them.
  ///
  /// - Throws: `DataError`.
  func open(_ split: Dataset.Split, _ share: Share) throws -> any ImageReader
}

extension ImageSource {
  var liesOnItsSide: Bool { false }
}

/// The open files of one split.
protocol ImageReader: AnyObject {
  /// How many images will be read, and how large they are.
  var shape: Dataset.Shape { get }

  /// Reads all images and labels into `dataset`, which has that shape. Call it once.
  ///
  /// - Throws: `DataError`.
  func read(into dataset: Dataset) throws
}

/// The kinds of places that images come from.
enum ImageSources {
  /// All kinds, in the order in which a path is tried.
  static let kinds: [any ImageSource.Type] = [
    ArrayFile.self, DataFolder.self, PictureFolder.self,
  ]

  /// The source at `path`; nil where there is a folder without images.
  ///
  /// - Throws: `DataError` where there is no folder, or what is there cannot be used.
  static func find(at path: String) throws -> (any ImageSource)? {
    for kind in kinds {
      if let source = try kind.find(at: path) { return source }
    }
    return nil
  }
}

/// Which images of a set are read.
enum Share {
  /// All.
  case all
  /// Those to train on of a set without test images.
  case kept
  /// Those that are kept from training, to test with.
  case heldOut

  /// One image in so many is held out: the last of each seven, as MNIST has one test image to six others.
  static let period = 7

  /// Whether image `index` is read.
  func contains(_ index: Int) -> Bool {
    switch self {
    case .all: true
    case .kept: index % Self.period != Self.period - 1
    case .heldOut: index % Self.period == Self.period - 1
    }
  }

  /// How many of `total` images are read.
  func count(of total: Int) -> Int {
    switch self {
    case .all: total
    case .kept: total - total / Self.period
    case .heldOut: total / Self.period
    }
  }
}
