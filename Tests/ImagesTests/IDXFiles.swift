import Foundation
@testable import Images
import Kernels
import Platform
import Support

/// A whole array as a file has it.
struct IDX: Equatable {
  let dimensions: [Int]
  let elements: [UInt8]

  init(contentsOf path: String, dimensionCount: Int) throws {
    var file = try IDXFile(
      path: path,
      IDXFile.Form(dimensionCounts: dimensionCount...dimensionCount, dimensions: "some", advice: "")
    )
    dimensions = file.dimensions
    var bytes = [UInt8](repeating: 0, count: file.count)
    var span = bytes.mutableSpan
    try file.read(into: &span)
    elements = bytes
  }
}

/// A whole split of a folder.
struct Contents: Equatable {
  let shape: Dataset.Shape
  let images: [UInt8]
  let labels: [UInt8]

  init(directory: String, split: Dataset.Split, transposed: Bool = false) throws {
    let files = try DatasetFiles(directory: directory, split: split, transposed: transposed)
    let memory = Buffer<UInt8>(repeating: 0, count: files.shape.byteCount)
    let data = try files.read(into: memory.bytes)
    (shape, images, labels) = (data.shape, data.images.elements, data.labels.elements)
    _ = memory.count  // Lives until here.
  }
}

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
