import Foundation
@testable import Images
import Platform
import Support
import Testing

/// NPZ archives and NPY files, made byte by byte from the formats' descriptions.
@Suite struct ArrayFileTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Two images of two rows and three columns.
  private let pixels: [UInt8] = (1...12).map { $0 * 20 }

  private func contents(
    _ bytes: [UInt8], _ split: Dataset.Split = .train, name: String = "a.npz"
  ) throws -> Contents {
    try Contents(directory: folder.file(name, bytes), split: split)
  }

  private func failure(_ bytes: [UInt8], name: String = "a.npz") throws -> DataError {
    let path = try folder.file(name, bytes)
    let error = try #require(throws: DataError.self) {
      try Contents(directory: path, split: .train)
    }
    #expect(error.kind == .malformed && error.path.hasPrefix(path), "\(error)")
    return error
  }

  @Test("the names of Keras, in any order", arguments: [false, true], [false, true])
  func archive(isDeflated: Bool, isLarge: Bool) throws {
    let file = zip(
      [
        ZipPart("y_test.npy", npy("<i8", [1], little(7, 8)), isDeflated: isDeflated),
        ZipPart("notes.txt", [1, 2, 3]),
        ZipPart("x_test.npy", npy([1, 2, 3], Array(1...6)), isDeflated: isDeflated),
        ZipPart("y_train.npy", npy([2, 1], [7, 255]), isDeflated: isDeflated),
        ZipPart("x_train.npy", npy([2, 2, 3], pixels), isDeflated: isDeflated),
      ], isLarge: isLarge, comment: "PK\u{5}\u{6} made by hand")
    let train = try contents(file)
    #expect(train.shape == Dataset.Shape(count: 2, rows: 2, columns: 3))
    #expect((train.images, train.labels) == (pixels, [7, 255]))
    let test = try contents(file, .test)
    #expect((test.shape.count, test.images, test.labels) == (1, Array(1...6), [7]))
  }

  /// More than the reader's buffers hold.
  @Test(arguments: [false, true]) func manyBytes(isDeflated: Bool) throws {
    let many = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
    let member = ZipPart("x_train.npy", npy([300, 1000], many), isDeflated: isDeflated)
    #expect(throws: DataError.self) { try contents(zip([member])) }
    let images = ZipPart("x_train.npy", npy([300, 10, 100], many), isDeflated: isDeflated)
    let test = ZipPart("x_test.npy", npy([1, 10, 100], Array(many[..<1000])))
    #expect(try contents(zip([images, test])).images == many)
  }

  static let spellings: [[String]] = [
    ["x_train", "y_train"], ["X_TRAIN", "Y_Train"], ["train_images", "train_labels"],
    ["train-imgs", "train-labels"], ["images", "labels"], ["X", "y"], ["train", "train_labels"],
  ]

  @Test("other people's names", arguments: spellings) func names(names: [String]) throws {
    let file = zip([
      ZipPart("\(names[0]).npy", npy([2, 2, 3], pixels)),
      ZipPart("\(names[1]).npy", npy([2], [4, 5])), ZipPart("val_images.npy", npy([1, 2, 3], [])),
    ])
    #expect(try contents(file).labels == [4, 5])
  }

  @Test("what is meant to validate with is told of", arguments: ["x_val", "Validation-images"])
  func validation(name: String) throws {
    let arrays = [
      ("\(name).npy", npy([2, 2, 3], pixels)), ("y_val.npy", npy([2], [1, 2])),
      ("x_train.npy", npy([2, 2, 3], pixels)), ("x_test.npy", npy([2, 2, 3], pixels)),
    ]
    for (name, bytes) in arrays { _ = try folder.file(name, bytes) }
    _ = try folder.file("a.npz", zip(arrays.map { ZipPart($0.0, $0.1) }))
    for path in [folder.url.path, folder.path("a.npz")] {
      let notices = try DatasetFiles(directory: path, split: .train).notices.map(\.description)
      #expect(notices.count == 1)
      #expect(notices[0].hasPrefix("\(path): \(name), with 2 images, is not used; to see its loss"))
      #expect(notices[0].hasSuffix("validation 2"))
    }
  }

  @Test("the only array has any name") func onlyArray() throws {
    let alone = try contents(zip([ZipPart("arr_0.npy", npy([2, 2, 3], pixels))]))
    #expect(alone.images == pixels && !alone.shape.hasLabels)
    #expect(try contents(npy([2, 2, 3], pixels), name: "a.npy") == alone)
    #expect(try contents(gzip(npy([2, 2, 3], pixels)), name: "b.npy.gz") == alone)
  }

  /// Of fifteen images the 7th and 14th.
  @Test("one image in seven is held out where there are no test images")
  func heldOut() throws {
    let (images, labels) = ((0..<60).map { UInt8($0) }, (100..<115).map { UInt8($0) })
    let file = zip([
      ZipPart("images.npy", npy([15, 2, 2], images)), ZipPart("labels.npy", npy([15], labels)),
    ])
    let (train, test) = (try contents(file), try contents(file, .test))
    #expect(test.labels == [106, 113] && test.images == Array(images[24..<28] + images[52..<56]))
    #expect(train.labels == labels.filter { ![106, 113].contains($0) })
    #expect(train.images == Array(images[..<24] + images[28..<52] + images[56...]))
    let path = folder.path("a.npz")
    let files = try DatasetFiles(directory: path, split: .test)
    #expect(
      files.notices.map { $0.description.contains("2 in all, are kept from training") } == [true])
    #expect(try DatasetFiles(directory: path, split: .train).notices.isEmpty)
  }

  /// Of fewer than seven images none is to spare.
  @Test(arguments: 1...6) func fewImages(count: Int) throws {
    let file = npy([count, 1, 1], Array(pixels[..<count]))
    #expect(try contents(file, name: "a.npy").shape.count == count)
    let error = try #require(throws: DataError.self) { try contents(file, .test, name: "a.npy") }
    #expect(
      error.kind == .missing
        && error.problem.contains("too few others to hold some out: it takes 7"))
  }

  @Test func onlyTestImages() throws {
    let file = zip(["x_test", "y_test"].map { ZipPart("\($0).npy", npy([1, 1, 1], [1])) })
    #expect(throws: DataError.self) { try contents(file, .test) }
    let images = zip([
      ZipPart("x_test.npy", npy([1, 1, 1], [1])), ZipPart("y_test.npy", npy([1], [1])),
    ])
    #expect(try contents(images, .test).images == [1])
    let error = try #require(throws: DataError.self) { try contents(images) }
    #expect(error.kind == .missing && error.problem.contains("no images to train on (x_train)"))
  }

  @Test("rows and columns change places") func transposed() throws {
    let path = try folder.file("a.npy", npy([2, 2, 3], pixels))
    let data = try Contents(directory: path, split: .train, transposed: true)
    #expect((data.shape.rows, data.shape.columns) == (3, 2))
    #expect(data.images == [0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11].map { pixels[$0] })
  }

  @Test("files in a folder, also a publisher's") func folderOfArrays() throws {
    _ = try folder.file("k49-train-imgs.npz", zip([ZipPart("arr_0.npy", npy([2, 2, 3], pixels))]))
    _ = try folder.file("k49-train-labels.npz", zip([ZipPart("arr_0.npy", npy([2], [48, 0]))]))
    _ = try folder.file(
      "k49-test-imgs.npz", zip([ZipPart("arr_0.npy", npy([1, 2, 3], pixels + []))]))
    let path = folder.url.path
    let named = try #require(throws: DataError.self) { try Contents(directory: path, split: .test) }
    #expect(named.problem.contains("more data than the header"))
    let names = ["", "/k49", "/K49_", "/k49-train-imgs.npz", "/k49-test-imgs.npz"]
    for asked in names.map({ path + $0 }) {
      #expect(try Contents(directory: asked, split: .train).labels == [48, 0])
    }
    _ = try folder.file("X_train.npy", npy([1, 2, 3], Array(pixels[..<6])))
    #expect(try Contents(directory: path, split: .train).shape.count == 1)
    #expect(try Contents(directory: "\(path)/k49", split: .train).shape.count == 2)
  }

  /// Labels and test images lie beside it; of two files of the same name the one that was named is read.
  @Test("a file by whose name it is a part of a set stands for the set")
  func fileOfASet() throws {
    for (name, count) in [("x_train", 2), ("x_test", 1)] {
      _ = try folder.file("\(name).npy", npy([count, 2, 3], Array(pixels[..<(6 * count)])))
    }
    _ = try folder.file("y_train.npy", npy([2], [7, 8]))
    let other = try folder.file(
      "x_train.npz", zip([ZipPart("arr_0.npy", npy([2, 2, 3], pixels.reversed()))]))
    let train = try Contents(directory: folder.path("x_train.npy"), split: .train)
    #expect(train.images == pixels && train.labels == [7, 8])
    let named = try Contents(directory: other, split: .train)
    #expect(named.images == pixels.reversed() && named.labels == [7, 8])
    #expect(try Contents(directory: other, split: .test).shape.count == 1)
  }

  @Test("an archive alone in a folder is meant") func alone() throws {
    _ = try folder.file("mnist.npz", zip([ZipPart("arr_0.npy", npy([2, 2, 3], pixels))]))
    #expect(try Contents(directory: folder.url.path, split: .train).images == pixels)
    _ = try folder.file("other.npz", [])
    let error = try #require(throws: DataError.self) {
      try Contents(directory: folder.url.path, split: .train)
    }
    #expect(error.kind == .missing)
  }

  /// Type, elements, and the pixels that they are.
  @Test(
    arguments: [
      ("|b1", [0, 1, 1, 0, 0, 1], [0, 255, 255, 0, 0, 255]),
      ("<i2", [0, 0, 255, 0, 7, 0, 1, 0, 2, 0, 3, 0], [0, 255, 7, 1, 2, 3]),
      (">u2", [0, 0, 0, 255, 0, 7, 0, 1, 0, 2, 0, 3], [0, 255, 7, 1, 2, 3]),
      ("|i1", [0, 127, 1, 2, 3, 4], [0, 127, 1, 2, 3, 4]),
      // 0, 1, 0.5 and three that lie beside each other: halves go to the even number, 127.5 to 128.
      (
        "<f2", [0, 0, 0, 0x3c, 0, 0x38, 0, 0x80, 1, 0x38, 0xff, 0x37], [0, 255, 128, 0, 128, 127]
      ),
      (
        ">f4",
        [0x3f, 0x80, 0, 0, 0x3f, 0, 0, 0, 0x3f, 0, 0, 1, 0, 0, 0, 1, 0x3e, 0xff, 0xff, 0xff]
          + [0x3f, 0x7f, 0xff, 0xff], [255, 128, 128, 0, 127, 255]
      ),
    ] as [(String, [UInt8], [UInt8])])
  func elements(type: String, bytes: [UInt8], expected: [UInt8]) throws {
    #expect(try contents(npy(type, [1, 2, 3], bytes), name: "a.npy").images == expected)
  }

  @Test func doubles() throws {
    let values = [0, 1, 0.5, 0.1, 254.5 / 255, 1e-300]
    let bytes = values.flatMap { little(Int(bitPattern: UInt($0.bitPattern)), 8) }
    #expect(
      try contents(npy("<f8", [1, 2, 3], bytes), name: "a.npy").images == [0, 255, 128, 26, 254, 0])
  }

  /// In Fortran's order the images of one place stand together, column after column.
  @Test func fortranOrder() throws {
    let order = [0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11]
    let file = npy("|u1", [2, 2, 3, 1], order.map { pixels[$0] }, isFortranOrder: true)
    #expect(try contents(file, name: "a.npy").images == pixels)
    #expect(
      try contents(npy("|u1", [2, 1, 2, 3], order.map { pixels[$0] }, isFortranOrder: true)).images
        == pixels)
    let flat = npy("|b1", [2, 4], [1, 0, 0, 1, 1, 1, 0, 0], isFortranOrder: true)
    #expect(try contents(flat).images == [255, 0, 255, 0, 0, 255, 255, 0])
  }

  static let unfit: [(type: String, shape: [Int], bytes: [UInt8], words: String)] = [
    (
      "<f4", [1, 1, 2], little(0, 4) + little(0x3fc0_0000, 4),
      "pixel (0, 1) of image 0 is 1.5, where"
    ),
    (
      "<f4", [2, 1, 1], little(0, 4) + little(0x7fc0_0000, 4),
      "pixel (0, 0) of image 1 is nan, where"
    ),
    ("<f4", [1, 2, 1], little(0, 4) + little(0xbf80_0000, 4), "pixel (1, 0) of image 0 is -1.0"),
    ("<i4", [1, 1, 1], little(256, 4), "is 256, where numbers are from 0 to 255"),
    ("<i4", [1, 1, 1], little(-1, 4), "is -1, where"),
    ("<u8", [1, 1, 1], little(-1, 8), "is 18446744073709551615, where"),
    ("|b1", [1, 1, 1], [2], "is 2, where numbers are 0 or 1"),
    (
      "|u1", [2, 2, 2, 3], [UInt8](repeating: 0, count: 24), "the shape (2, 2, 2, 3), which is not"
    ),
    ("|u1", [2, 5], [UInt8](repeating: 0, count: 10), "the shape (2, 5), which is not"),
    ("|u1", [4], [0, 0, 0, 0], "the shape (4,), which"), ("|u1", [], [0], "the shape (), which"),
    ("|u1", [0, 2, 2], [], "of shape (0, 2, 2) is empty"), ("|u1", [1, 0], [], "is empty"),
    (
      "|u1", [2, 2, 2], [0], "declares (2, 2, 2) elements of 1 byte, and the file can hold no more"
    ),
    ("<f8", [1 << 40, 1 << 40, 1], [0], "the header declares (1099511627776, "),
    ("|u1", [1, 1, 1], [0, 0], "there is more data than the header declares"),
  ]

  @Test("arrays that are no images", arguments: unfit.indices) func noImages(index: Int) throws {
    let (type, shape, bytes, words) = Self.unfit[index]
    let array = npy(type, shape, bytes)
    for file in [
      array, zip([ZipPart("a.npy", array)]), zip([ZipPart("a.npy", array, isDeflated: true)]),
    ] {
      let error = try failure(file)
      #expect(error.problem.contains(words), "\(error)")
    }
  }

  /// RGB, and colors with their opacity, before or behind rows and columns.
  @Test(
    arguments: [
      ([1, 2, 2, 3], "(images[..., :3] @ [0.299"), ([1, 2, 2, 4], "(images[..., :3] @"),
      ([1, 3, 2, 2], "(numpy.moveaxis(images, 1, 3)[..., :3] @"),
      ([1, 2, 2, 2], "save it as (images, rows"),
    ])
  func colors(shape: [Int], words: String) throws {
    let error = try failure(npy(shape, [UInt8](repeating: 0, count: shape.reduce(1, *))))
    #expect(error.advice.description.contains(words), "\(error)")
  }

  @Test(
    arguments: [
      ("<f4", little(0x3fc0_0000, 4), "the label of image 0 is 1.5, and a label is a whole number"),
      ("<i8", little(-1, 8), "the label of image 0 is -1"), ("<i8", little(256, 8), "is 256"),
    ])
  func labels(type: String, bytes: [UInt8], words: String) throws {
    func file(_ labels: [UInt8]) -> [UInt8] {
      zip([ZipPart("x_train.npy", npy([1, 1, 1], [0])), ZipPart("y_train.npy", labels)])
    }
    for (labels, words) in [
      (npy(type, [1], bytes), words),
      (npy([1, 10], [UInt8](repeating: 0, count: 10)), "one label"),
      (npy([2], [0, 0]), "there are 2 labels for the 1 images"), ([1], "the data ends after 1 of"),
    ] {
      let error = try failure(file(labels))
      #expect(error.problem.contains(words), "\(error)")
      #expect(error.path.hasSuffix("a.npz/y_train.npy"))
      #expect(
        error.advice.description.hasPrefix("mend them, or leave y_train out of the archive"))
    }
  }

  /// What is wrong with an archive, and the words that must be in the error.
  static let malformed: [(words: String, change: @Sendable (inout ZipPart) -> Void)] = [
    ("it is encrypted", { $0.flags = 1 }), ("by method 12 of zip", { $0.method = 12 }),
    ("its checksum (CRC-32) is wrong", { $0.checksum ^= 1 }),
    ("bytes cannot be unpacked to the", { $0.size += 1 << 30 }),
  ]

  @Test(arguments: malformed.indices, [false, true])
  func malformedMember(index: Int, isDeflated: Bool) throws {
    var part = ZipPart("a.npy", npy([2, 2, 3], pixels), isDeflated: isDeflated)
    Self.malformed[index].change(&part)
    let error = try failure(zip([part]))
    #expect(error.problem.contains(Self.malformed[index].words), "\(error)")
  }

  @Test func memberBeyondTheEnd() throws {
    var file = zip([ZipPart("a.npy", npy([2, 2, 3], pixels))])
    let list = file.count - 22 - 46 - 5
    for place in [20, 24] {
      file.replaceSubrange(list + place..<list + place + 4, with: little(1 << 20, 4))
    }
    #expect(try failure(file).problem == "1048576 bytes at 0 do not lie in the archive")
  }

  @Test(arguments: ["none.npz", "none.npy", "none/a.NPZ"]) func missingFile(name: String) throws {
    let path = folder.path(name)
    let error = try #require(throws: DataError.self) {
      try Contents(directory: path, split: .train)
    }
    #expect((error.kind, error.path, error.problem) == (.missing, path, "there is no such file"))
  }

  @Test func wrongSizes() throws {
    for (more, difference, words) in [
      (0, 1, "bytes, not the"), (0, -1, "the file can hold no more than 11 bytes"),
      (2, -2, "goes on behind the"), (2, 0, "there is more data than the header declares"),
    ] {
      let bytes = npy([2, 2, 3], pixels) + [UInt8](repeating: 0, count: more)
      var part = ZipPart("a.npy", bytes, isDeflated: true)
      part.size += difference
      let error = try failure(zip([part]))
      #expect(error.problem.contains(words), "\(error)")
    }
  }

  @Test func listedTwice() throws {
    let part = ZipPart("x_train.npy", npy([2, 2, 3], pixels))
    #expect(try failure(zip([part, part])).problem.contains("two members called \"x_train.npy\""))
  }

  @Test("two arrays for one place are refused", arguments: ["train_images", "X_TRAIN", "train"])
  func sameMeaning(name: String) throws {
    let parts = ["x_train", name].map { ZipPart("\($0).npy", npy([1, 1, 1], [1])) }
    #expect(
      try failure(zip(parts)).problem
        == "the names x_train and \(name) mean the same, and both are in this archive")
  }

  @Test func foreignArchives() throws {
    #expect(
      try failure(zip([ZipPart("a.png", [1])])).problem
        == "there is no NumPy array in this zip archive")
    let unknown = try failure(
      zip(["a", "b", "c", "d"].map { ZipPart("\($0).npy", npy([1], [0])) }))
    #expect(
      unknown.problem
        == "there is no x_train or x_test in this archive, only a.npy, b.npy, c.npy, …")
    #expect(unknown.advice.description.contains("x_train, y_train, x_test and y_test"))
  }

  /// Thousands of damaged archives and arrays: each is read or refused, and none traps.
  @Test(arguments: [false, true]) func damagedFiles(isDeflated: Bool) throws {
    let parts = [
      ZipPart(
        "x_train.npy", npy("<f2", [2, 2, 3], [UInt8](repeating: 0x30, count: 24)),
        isDeflated: isDeflated),
      ZipPart("y_train.npy", npy([2], [1, 2]), isDeflated: isDeflated),
    ]
    let wholes = [zip(parts), zip(parts, isLarge: true), npy([2, 2, 3], pixels)]
    var generator = SplitMix64()
    var refused = 0
    let path = try folder.file("a", [])
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    for number in 0..<4000 {
      try file.truncate(atOffset: 0)
      try file.write(contentsOf: Data(generator.damage(wholes[number % 3])))
      do {
        _ = try Contents(directory: path, split: .train)
      } catch let error as DataError {
        #expect(error.kind == .malformed || error.kind == .missing)
        refused += 1
      }
    }
    #expect(refused > 2000)
  }

  @Test(arguments: [false, true]) func cutShortAnywhere(isLarge: Bool) throws {
    let whole = zip(
      [ZipPart("a.npy", npy([1, 1, 2], [1, 2]), isDeflated: true)], isLarge: isLarge)
    for count in 4..<whole.count { _ = try failure(Array(whole[..<count])) }
    let array = npy([1, 1, 2], [1, 2])
    for count in 6..<array.count { _ = try failure(Array(array[..<count])) }
  }
}
