internal import Images
internal import Kernels
internal import Platform

/// What a folder of data holds.
struct DataFindings: Codable, Equatable {
  /// The folder.
  var directory: String
  /// Images to learn from, images to judge by, rows, columns; nil where something is wrong.
  var sizes: [Int]?
  /// The bytes of all images and labels; MNIST's where something is wrong.
  var bytes = 70_000 * 785
  /// What is wrong.
  var problem: String?
  /// What to do about it; nil where nothing is known but to have other data.
  var advice: String?
  /// Whether nothing is wrong but that there are no files.
  var isMissing = false

  /// Reads the splits of `directory`, of which the second need not be there.
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

  /// Reads one split, to see that it is whole.
  private static func read(_ split: Dataset.Split, in directory: String) throws -> Dataset.Shape {
    let files = try DatasetFiles(directory: directory, split: split)
    try ProcessLimit.require(files.shape.byteCount, for: "reading them")
    let memory = Buffer<UInt8>(repeating: 0, count: files.shape.byteCount)
    _ = try files.read(into: memory.bytes)
    return files.shape
  }
}

extension DataError {
  /// What was found and where, without advice.
  fileprivate var found: String {
    "\(path)\(offset.map { ", byte \($0)" } ?? ""): \(problem)"
  }
}
