import Foundation
import Support

/// The bytes of an IDX file, made from the format's description.
func idx(type: UInt8 = 0x08, _ dimensions: [Int], _ elements: [UInt8]) -> [UInt8] {
  let sizes = dimensions.flatMap { size in
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) }
  }
  return [0, 0, type, UInt8(dimensions.count)] + sizes + elements
}

/// `bytes` as the `gzip` program compresses them.
func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
  let folder = try TemporaryFolder()
  let file = folder.url.appendingPathComponent("data")
  try Data(bytes).write(to: file)
  let outcome = try Command(["gzip", file.path]).run()
  precondition(outcome.status == 0, outcome.errors)
  return Array(try Data(contentsOf: file.appendingPathExtension("gz")))
}

extension TemporaryFolder {
  /// Writes `bytes` to a file called `name` and returns its path.
  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = url.appendingPathComponent(name)
    try Data(bytes).write(to: file)
    return file.path
  }
}
