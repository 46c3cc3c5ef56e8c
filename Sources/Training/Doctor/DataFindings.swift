internal import MNIST

/// What a folder of data holds.
struct DataFindings: Codable, Equatable {
  /// The folder.
  var directory: String
  /// Images to learn from, images to judge by, rows, columns; nil where something is wrong.
  var sizes: [Int]?
  /// What is wrong.
  var problem: String?

  /// Reads both splits of `directory`.
  init(_ directory: String) {
    self.directory = directory
    do {
      let train = try Dataset.load(directory: directory, split: .train)
      let test = try Dataset.load(directory: directory, split: .test)
      sizes = [train.count, test.count, train.rows, train.columns]
    } catch let error as DataError {
      problem = error.found
    } catch {
      problem = "\(directory): \(error)"
    }
  }
}

extension DataError {
  /// What was found and where, without advice.
  fileprivate var found: String {
    "\(path)\(offset.map { ", byte \($0)" } ?? ""): \(problem)"
  }
}
