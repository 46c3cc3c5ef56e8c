import Foundation
@testable import Images
import Kernels
import Platform
import Support
import Testing

@Suite struct DatasetTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Two images of two rows and three columns.
  let images = idx([2, 2, 3], Array(1...12))

  private func load(images: [UInt8], labels: [UInt8]) throws -> Contents {
    _ = try folder.file("t10k-images-idx3-ubyte", images)
    _ = try folder.file("t10k-labels-idx1-ubyte", labels)
    return try Contents(directory: folder.url.path, split: .test)
  }

  @Test func imagesAndLabels() throws {
    let data = try load(images: images, labels: idx([2], [7, 0]))
    #expect(data.shape == Dataset.Shape(count: 2, rows: 2, columns: 3))
    #expect((data.shape.pixelCount, data.shape.byteCount) == (6, 14))
    #expect(data.labels == [7, 0])
    #expect(data.images == Array(1...12))
  }

  /// Images, then labels, in the order of the memory; nothing is copied.
  @Test func view() {
    let memory = Buffer<UInt8>(repeating: 0, count: 14)
    let data = Dataset(Dataset.Shape(count: 2, rows: 2, columns: 3), in: memory.bytes)
    memory.bytes.withMutableSpan { span in
      for index in span.indices { span[index] = UInt8(index + 1) }
    }
    #expect((data.count, data.rows, data.columns, data.pixelCount) == (2, 2, 3, 6))
    #expect(data.image(0).elements == [1, 2, 3, 4, 5, 6])
    #expect(data.image(1).elements == [7, 8, 9, 10, 11, 12])
    #expect(data.labels.elements == [13, 14])
    _ = memory.count
  }

  @Test func mistakes() async {
    await #expect(processExitsWith: .failure) {
      let memory = Buffer<UInt8>(repeating: 0, count: 13)
      _ = Dataset(Dataset.Shape(count: 2, rows: 2, columns: 3), in: memory.bytes)
    }
    await #expect(processExitsWith: .failure) {
      let memory = Buffer<UInt8>(repeating: 0, count: 14)
      _ = Dataset(Dataset.Shape(count: 2, rows: 2, columns: 3), in: memory.bytes).image(2)
    }
  }

  @Test(arguments: ["-", "."], ["", ".gz"]) func spellings(dot: String, suffix: String) throws {
    let contents = [images, idx([2], [7, 0])]
    let bytes = suffix.isEmpty ? contents : try contents.map(gzip)
    _ = try folder.file("train-images\(dot)idx3-ubyte\(suffix)", bytes[0])
    _ = try folder.file("train-labels\(dot)idx1-ubyte\(suffix)", bytes[1])
    let data = try Contents(directory: folder.url.path, split: .train)
    #expect(data.images == Array(1...12))
  }

  @Test func missing() throws {
    let error = try #require(throws: DataError.self) {
      try DatasetFiles(directory: folder.url.path, split: .train)
    }
    #expect(error.kind == .missing)
    #expect(error.path == folder.url.path)
    #expect(error.problem == "there is no train-images-idx3-ubyte (or .gz) here")
    // Nobody who has named a folder wants other images.
    #expect(
      error.advice.description.hasPrefix("name the folder that has it with data; images may be"))
  }

  @Test func anotherNumberOfLabels() throws {
    let error = try #require(throws: DataError.self) {
      try load(images: images, labels: idx([3], [7, 0, 1]))
    }
    #expect(error.kind == .malformed)
    #expect(error.problem.contains("3 labels for the 2 images"))
  }

  @Test func labelsMayBeAnyByte() throws {
    #expect(try load(images: images, labels: idx([2], [10, 255])).labels == [10, 255])
  }

  /// QMNIST's: eight 32-bit integers an image, of which the first says what it shows.
  @Test func labelsOfManyColumns() throws {
    let row: [UInt8] = Array(repeating: 0, count: 8) + [0, 0, 0x30, 0x39] + Array(9...28)
    let labels = idx(
      type: 0x0c, [2, 8], [0, 0, 0, 7] + row.dropLast(4) + [0, 0, 0, 3] + row.dropLast(4))
    #expect(try load(images: images, labels: labels).labels == [7, 3])
  }

  /// The other integers of the format, of one and two bytes.
  @Test(
    arguments: [(0x09, [7, 0]), (0x0b, [0, 7, 0, 0]), (0x0c, [0, 0, 0, 7, 0, 0, 0, 0])]
      as [(UInt8, [UInt8])])
  func labelsOfOtherIntegers(type: UInt8, bytes: [UInt8]) throws {
    #expect(try load(images: images, labels: idx(type: type, [2], bytes)).labels == [7, 0])
  }

  /// Type, bytes of the second label, and what is said of it.
  @Test(
    arguments: [
      (0x0c, [0, 0, 1, 44], "300"), (0x0c, [255, 255, 255, 255], "-1"), (0x0b, [255, 254], "-2"),
      (0x09, [0x80], "-128"),
    ] as [(UInt8, [UInt8], String)])
  func labelThatIsNoByte(type: UInt8, bytes: [UInt8], number: String) throws {
    let first = [UInt8](repeating: 0, count: bytes.count)
    let error = try #require(throws: DataError.self) {
      try load(images: images, labels: idx(type: type, [2], first + bytes))
    }
    #expect(error.problem == "the label of image 1 is \(number), and a label is from 0 to 255")
    #expect(error.offset == 8 + bytes.count)
    #expect(
      error.advice.description
        == "mend the file, or remove it: training needs labels for conditional models alone")
  }

  /// What cannot be labels is to go, not the images: one-hot vectors, floats, text, too few.
  @Test(
    arguments: [
      (idx([2, 10], [UInt8](repeating: 0, count: 20)), "there are 10 numbers for each image"),
      (idx([2, 8], [UInt8](repeating: 0, count: 16)), "there are 8 numbers for each image"),
      (idx(type: 0x0d, [2], [UInt8](repeating: 0, count: 8)), "the elements are 32-bit floats"),
      (Array("7\n0\n".utf8), "this is text"),
      (idx([1], [7]), "there are 1 labels for the 2 images"),
      (idx([2], [7]), "the header declares"), ([], "the file is empty"),
    ] as [([UInt8], String)])
  func noLabelsAtAll(bytes: [UInt8], problem: String) throws {
    let error = try #require(throws: DataError.self) { try load(images: images, labels: bytes) }
    #expect(error.problem.hasPrefix(problem), "\(error)")
    #expect(
      error.advice.description
        == "mend the file, or remove it: training needs labels for conditional models alone")
  }

  /// Pixels of another kind are to be written anew, not replaced by digits.
  @Test(arguments: [
    idx(type: 0x0d, [1, 1, 1], [0, 0, 0, 0]), idx([1, 1, 1, 1], [0]), idx([2, 6], Array(1...12)),
  ])
  func imagesOfAnotherForm(bytes: [UInt8]) throws {
    let error = try #require(throws: DataError.self) {
      try load(images: bytes, labels: idx([2], [7, 0]))
    }
    #expect(error.advice.description.hasPrefix("save its images with NumPy"), "\(error)")
  }

  @Test func noLabels() throws {
    _ = try folder.file("t10k-images-idx3-ubyte", images)
    let data = try Contents(directory: folder.url.path, split: .test)
    #expect(data.shape == Dataset.Shape(count: 2, rows: 2, columns: 3, hasLabels: false))
    #expect((data.images, data.labels) == (Array(1...12), []))
  }

  @Test func imagesInPlaceOfLabels() throws {
    let error = try #require(throws: DataError.self) { try load(images: images, labels: images) }
    #expect(error.path.hasSuffix("t10k-labels-idx1-ubyte"))
    #expect(
      error.problem == "the array has 3 dimensions, where one, or QMNIST's two, were expected")
  }

  @Test(arguments: [
    ("/cache", "/home/a", "/cache/lockstep/mnist"),
    ("", "/home/a", "/home/a/.cache/lockstep/mnist"),
    ("cache", "/home/a", "/home/a/.cache/lockstep/mnist"),
    (nil, "/home/a", "/home/a/.cache/lockstep/mnist"),
  ]) func defaultDirectory(cache: String?, home: String, expected: String) {
    #expect(Dataset.defaultDirectory(cache: cache, home: home) == expected)
  }
}
