import Foundation
import Images
import Testing

/// MNIST, for tests that need it.
enum RealData {
  /// Its folder: `LOCKSTEP_MNIST`, or where `scripts/fetch-mnist` puts it.
  static let folder =
    ProcessInfo.processInfo.environment["LOCKSTEP_MNIST"] ?? Dataset.defaultDirectory

  /// Whether it is there.
  static let isThere = ["train-images-idx3-ubyte", "train-images-idx3-ubyte.gz"].contains {
    FileManager.default.fileExists(atPath: "\(folder)/\($0)")
  }

  /// What to do where it is not.
  static let advice: Comment = "MNIST is not in \(folder): run scripts/fetch-mnist"
}
