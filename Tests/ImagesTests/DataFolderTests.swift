import Foundation
@testable import Images
import Platform
import Support
import Testing

/// Data as publishers, archives and other programs lay them.
@Suite struct DataFolderTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private var path: String { folder.url.path }

  /// Writes empty files with these names, and the folders that they are in.
  private func make(_ names: String...) throws {
    for name in names {
      let file = folder.url.appendingPathComponent(name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data().write(to: file)
    }
  }

  /// The files that are found: images to train on, their labels, images to test on.
  private func found(in path: String) throws -> [String?] {
    let data = try DataFolder(path)
    return [data.images(of: .train), data.labels(of: .train), data.images(of: .test)].map {
      $0.map { String($0.dropFirst(folder.url.path.count + 1)) }
    }
  }

  static let layouts: [(asked: String, train: String, labels: String?, test: String?)] = [
    ("", "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte"),
    ("", "train-images.idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images.idx3-ubyte"),
    ("", "TRAIN-IMAGES-IDX3-UBYTE.GZ", "Train-Labels-idx1-ubyte", "T10K-images-idx3-ubyte.gz"),
    (
      "", "emnist-letters-train-images-idx3-ubyte.gz", "emnist-letters-train-labels-idx1-ubyte.gz",
      "emnist-letters-test-images-idx3-ubyte.gz"
    ),
    (
      "", "qmnist-train-images-idx3-ubyte.gz", "qmnist-train-labels-idx2-int.gz",
      "qmnist-test-images-idx3-ubyte.gz"
    ),
    (
      "", "raw/train-images-idx3-ubyte", "raw/train-labels-idx1-ubyte", "raw/t10k-images-idx3-ubyte"
    ),
    ("", "MNIST/raw/train-images-idx3-ubyte", nil, "MNIST/raw/t10k-images-idx3-ubyte"),
    ("", "train-images-idx3-ubyte/train-images-idx3-ubyte", nil, nil),
    ("set", "set-train-images-idx3-ubyte", "set-train-labels-idx1-ubyte", nil),
    ("Set-", "set-train-images-idx3-ubyte", "set-train-labels-idx1-ubyte", nil),
    ("EMNIST/raw/set", "EMNIST/raw/set-train-images-idx3-ubyte", nil, nil),
  ]

  @Test(arguments: layouts.indices) func layout(index: Int) throws {
    let layout = Self.layouts[index]
    for name in [layout.train, layout.labels, layout.test] { if let name { try make(name) } }
    let asked = layout.asked.isEmpty ? path : "\(path)/\(layout.asked)"
    #expect(try found(in: asked) == [layout.train, layout.labels, layout.test])
  }

  /// Archives have folders of the files' names, each beside its file.
  @Test func folderOfAFilesName() throws {
    try make("train-images-idx3-ubyte/train-images-idx3-ubyte", "train-images.idx3-ubyte")
    #expect(try found(in: path)[0] == "train-images.idx3-ubyte")
  }

  @Test func packedBesideUnpacked() throws {
    try make("train-images-idx3-ubyte.gz", "train-images.idx3-ubyte", "test-images-idx3-ubyte")
    try make("t10k-images-idx3-ubyte")
    #expect(
      try found(in: path) == ["train-images.idx3-ubyte", nil, "t10k-images-idx3-ubyte"])
  }

  @Test(arguments: [
    ["a-train-images-idx3-ubyte", "b-train-images-idx3-ubyte"],
    ["a/raw/train-images-idx3-ubyte", "b/raw/train-images-idx3-ubyte"],
  ]) func severalSets(names: [String]) throws {
    for name in names { try make(name) }
    let error = try #require(throws: DataError.self) { try DataFolder(path) }
    #expect(error.kind == .malformed)
    #expect(error.problem == "there are 2 data sets in here")
    let folders = names[0].contains("raw") ? ["a/raw", "b/raw"] : ["a", "b"]
    #expect(
      error.advice.description
        == "name one of them: data \(path)/\(folders[0]), or data \(path)/\(folders[1])")
  }

  /// Without a prefix a set is the folder's own.
  @Test func prefixedBesideTheFoldersOwn() throws {
    try make("train-images-idx3-ubyte", "emnist-letters-train-images-idx3-ubyte")
    #expect(try found(in: path)[0] == "train-images-idx3-ubyte")
  }

  @Test func noSuchFolder() throws {
    for asked in ["\(path)/none", "\(path)/none/deeper"] {
      let error = try #require(throws: DataError.self) { try DataFolder(asked) }
      #expect(
        (error.kind, error.path, error.problem) == (.missing, asked, "there is no such folder"))
    }
  }

  /// A file in place of a folder: what it is, and what to name.
  @Test(
    arguments: [
      ([0x89] + Array("PNG".utf8), "this is one picture, PNG", "name the folder that it is in"),
      ([0xff, 0xd8, 0xff], "this is one picture, JPEG", "turn all pictures into PNG"),
      (
        idx([1, 1, 1], [0]), "this is one file, and no archive",
        "name the folder that it is in: data "
      ),
    ] as [([UInt8], String, String)])
  func fileForAFolder(bytes: [UInt8], problem: String, advice: String) throws {
    let file = try folder.file("x", bytes)
    let error = try #require(throws: DataError.self) { try DataFolder(file) }
    #expect(error.kind == .malformed)
    #expect(
      error.problem.hasPrefix(problem) && error.advice.description.contains(advice), "\(error)")
  }

  @Test("EMNIST is said to lie on its side", arguments: ["emnist-letters-", "qmnist-", ""])
  func onItsSide(prefix: String) throws {
    _ = try folder.file("\(prefix)train-images-idx3-ubyte", idx([1, 1, 1], [0]))
    for isTransposed in [nil, false, true] {
      let files = try DatasetFiles(directory: path, split: .train, transposed: isTransposed)
      let isTold = prefix.hasPrefix("emnist") && isTransposed == nil
      #expect(files.notices.count == (isTold ? 1 : 0))
      #expect(!isTold || files.notices[0].description.hasSuffix("published: add transpose"))
    }
  }

  /// A name that no files begin with.
  @Test func unknownSet() throws {
    try make("emnist-letters-train-images-idx3-ubyte", "emnist-digits-train-images-idx3-ubyte")
    let error = try #require(throws: DataError.self) { try DataFolder("\(path)/emnist-leters") }
    #expect(error.problem.contains("no data set whose files begin so"))
    #expect(
      error.advice.description
        == "name one that there is: data \(path)/emnist-digits, or data \(path)/emnist-letters")
  }

  /// Those that are tried where a folder may not be listed.
  @Test func usualNames() throws {
    #expect(DataFile.usualNames.contains("t10k-labels-idx1-ubyte.gz"))
    #expect(DataFile.usualNames.allSatisfy { DataFile($0, in: ".")?.prefix == "" })
  }

  /// What is there instead is told: three names of it.
  @Test func nothingOfTheKind() throws {
    try make("a", "b", "c", "d", ".hidden")
    let error = try #require(throws: DataError.self) {
      try DatasetFiles(directory: path, split: .train)
    }
    #expect(error.kind == .missing)
    #expect(
      error.problem == "there is no train-images-idx3-ubyte (or .gz) here, only a, b, c, …")
  }
}
