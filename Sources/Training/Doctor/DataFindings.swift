internal import Kernels
internal import MNIST

/// What a folder of data holds.
struct DataFindings: Codable, Equatable {
  /// The folder.
  var directory: String
  /// Images to learn from, images to judge by, rows, columns; nil where something is wrong.
  var sizes: [Int]?
  /// What is wrong.
  var problem: String?
  /// Whether nothing is wrong but that there are no files.
  var isMissing = false

  /// Reads both splits of `directory`.
  init(_ directory: String) {
    self.directory = directory
    do {
      let shapes = try Dataset.Split.allCases.map { split in
        let files = try DatasetFiles(directory: directory, split: split)
        let memory = Buffer<UInt8>(repeating: 0, count: files.shape.byteCount)
        _ = try files.read(into: memory.bytes)
        return files.shape
      }
      sizes = [shapes[0].count, shapes[1].count, shapes[0].rows, shapes[0].columns]
    } catch let error as DataError {
      isMissing = error.kind == .missing
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
