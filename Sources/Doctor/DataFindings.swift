internal import Images
internal import Kernels
internal import Platform

/// The data in a folder, and what is wrong with them.
struct DataFindings: Codable, Equatable {
  /// The folder.
  var directory: String
  /// The number of images to train on, that of images to test on, and the rows and columns of an image; nil
  /// where something is wrong.
  var sizes: [Int]?
  /// The bytes of all images and labels; those of MNIST where something is wrong.
  var bytes = 70_000 * 785
  /// What is wrong; nil where nothing is.
  var problem: String?
  /// What to do about the problem; nil where nothing is wrong, or only other data would help.
  var advice: Sentence?
  /// Whether the problem is that there are no files.
  var isMissing = false

  /// Reads all images in `directory`: those to train on and, if there are any, those to test on.
  init(_ directory: String) {
    self.directory = directory
    do {
      let train = try Self.read(.train, in: directory)
      var test: Dataset.Shape?
      do {
        test = try Self.read(.test, in: directory)
      } catch let error as DataError where error.kind == .missing {}
      sizes = [train.count, test?.count ?? 0, train.rows, train.columns]
      bytes = train.byteCount + (test?.byteCount ?? 0)
    } catch let error as DataError {
      isMissing = error.kind == .missing
      problem = error.found
      advice = isMissing ? nil : error.advice
    } catch {
      problem = "\(directory): \(error)"
    }
  }

  /// Reads all of one split and returns its shape; throws where the split is incomplete or damaged.
  private static func read(_ split: Dataset.Split, in directory: String) throws -> Dataset.Shape {
    let files = try DatasetFiles(directory: directory, split: split)
    try ProcessLimit.require(files.shape.byteCount, for: "reading them")
    let memory = Buffer<UInt8>(repeating: 0, count: files.shape.byteCount)
    _ = try files.read(into: memory.bytes)
    return files.shape
  }
}

extension DataError {
  /// The path, the byte and the problem, without advice.
  fileprivate var found: String {
    "\(path)\(offset.map { ", byte \($0)" } ?? ""): \(problem)"
  }
}
