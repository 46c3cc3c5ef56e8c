import Formats
import Foundation
@testable import Images
import Platform
import Support
import Testing

/// Folders of PNG files.
@Suite struct PictureFolderTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private var path: String { folder.url.path }

  /// Writes a picture of one shade, and the folders that it is in.
  private func picture(_ name: String, _ shade: UInt8, width: Int = 3, height: Int = 2) throws {
    try write(name, PNG.encode(GreyImage(width: width, height: height, shade: shade)))
  }

  private func write(_ name: String, _ bytes: [UInt8]) throws {
    let file = folder.url.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  private func shades(_ split: Dataset.Split = .train) throws -> [UInt8] {
    let contents = try Contents(directory: path, split: split)
    return stride(from: 0, to: contents.images.count, by: 6).map { contents.images[$0] }
  }

  private func failure() throws -> DataError {
    try #require(throws: DataError.self) { try Contents(directory: path, split: .train) }
  }

  /// As `LC_ALL=C sort` has them, also where one name is another's beginning.
  @Test func orderOfBytes() throws {
    for (shade, name) in ["A.PNG", "a.png", "a10.png", "a2.png", "b.png", "ä.png"].enumerated() {
      try picture(name, UInt8(shade))
    }
    try write(".hidden.png", [1])
    try write("notes.txt", [1])
    #expect(try shades() == [0, 1, 2, 3, 4, 5])
    let contents = try Contents(directory: path, split: .train)
    #expect(contents.shape == Dataset.Shape(count: 6, rows: 2, columns: 3, hasLabels: false))
  }

  @Test func foldersAreLabels() throws {
    for (shade, name) in ["a-b/0.png", "a/1.png", "c/2.png", "c/3.png"].enumerated() {
      try picture(name, UInt8(shade))
    }
    try FileManager.default.createDirectory(atPath: "\(path)/b", withIntermediateDirectories: false)
    let contents = try Contents(directory: path, split: .train)
    // "a-b/" comes before "a/" among paths, and "a" before "a-b" among labels.
    #expect(try shades() == [0, 1, 2, 3])
    #expect(contents.labels == [1, 0, 2, 2])
  }

  @Test func foldersThatAreNumbers() throws {
    for (shade, name) in ["10/a.png", "2/a.png", "255/a.png"].enumerated() {
      try picture(name, UInt8(shade))
    }
    #expect(try Contents(directory: path, split: .train).labels == [10, 2, 255])
  }

  @Test("two names of one number are no labels, and signs are no digits") func sameNumbers() throws
  {
    for (shade, name) in ["+5/a.png", "0/a.png", "5/a.png"].enumerated() {
      try picture(name, UInt8(shade))
    }
    #expect(try Contents(directory: path, split: .train).labels == [0, 1, 2])
    try FileManager.default.removeItem(atPath: "\(path)/+5")
    try picture("00/a.png", 7)
    #expect(try failure().problem == "the folders 0 and 00 are both the label 0")
  }

  @Test("training and test folders share their labels") func twoParts() throws {
    for (shade, name) in ["train/b/1.png", "train/c/1.png", "test/a/1.png", "test/c/1.png"]
      .enumerated()
    {
      try picture(name, UInt8(shade))
    }
    #expect(try shades() == [0, 1] && shades(.test) == [2, 3])
    #expect(try Contents(directory: path, split: .train).labels == [1, 2])
    #expect(try Contents(directory: path, split: .test).labels == [0, 2])
  }

  @Test("a label may be called train") func labelOrPart() throws {
    for name in ["train/1.png", "train/2.png", "val/1.png"] { try picture(name, 5) }
    #expect(try shades() == [5, 5])
    let notices = try DatasetFiles(directory: path, split: .train).notices.map(\.description)
    #expect(
      notices.count == 1 && notices[0].contains(": val, with 1 image, is not used"), "\(notices)")
    try picture("bird/1.png", 6)
    let error = try failure()
    #expect(
      error.problem.hasPrefix("a folder in here is called train, and another with PNG files bird"))
  }

  @Test func heldOut() throws {
    for number in 10..<25 { try picture("\(number).png", UInt8(number)) }
    #expect(try shades(.test) == [16, 23])
    #expect(try shades() == (10..<25).map(UInt8.init).filter { ![16, 23].contains($0) })
  }

  /// The one picture of another size is named wherever it is, also where it is held out as the seventh.
  @Test(arguments: ["00", "04", "06", "09"], [(3, 3), (2, 2), (2, 3)])
  func otherSize(name: String, size: (width: Int, height: Int)) throws {
    for number in 0..<10 { try picture("0\(number).png", 0) }
    try picture("\(name).png", 0, width: size.width, height: size.height)
    for split in [Dataset.Split.train, .test] {
      let error = try #require(throws: DataError.self) {
        try Contents(directory: path, split: split)
      }
      #expect(error.path == "\(path)/\(name).png" && error.kind == .malformed)
      #expect(
        error.problem
          == "this picture has \(size.height) × \(size.width) pixels (rows × columns), and "
          + "9 of the 10 pictures have 2 × 3")
    }
  }

  @Test func noPictures() throws {
    try picture("a.png", 0)
    let whole = PNG.encode(GreyImage(width: 3, height: 2))
    var claiming = whole
    claiming[16] = 0x7f
    for (bytes, words) in [
      (Array("GIF89a".utf8), "this is no PNG file"), ([], "the file is empty"),
      (Array(whole.dropLast(12)), "the PNG file ends before its last chunk"),
      (Array(whole[..<20]), "ends before its last chunk"),
      (claiming, "cannot hold the 2 × 2130706435 pixels"),
    ] as [([UInt8], String)] {
      for name in ["0.png", "b.png"] {
        try write(name, bytes)
        let error = try failure()
        #expect(error.path == "\(path)/\(name)" && error.kind == .malformed)
        #expect(error.problem.contains(words) || bytes == claiming, "\(error)")
        try FileManager.default.removeItem(atPath: "\(path)/\(name)")
      }
    }
  }

  @Test(arguments: ["a.jpg", "a.JPEG", "1/a.bmp"]) func otherFormats(name: String) throws {
    try write(name, [0xff, 0xd8, 0xff])
    try picture("1/b.png", 0)
    let error = try failure()
    #expect(error.path == "\(path)/\(name)" && error.kind == .malformed)
    #expect(
      error.advice.description.contains(
        "mogrify -format png -path FOLDER *.\(name.split(separator: ".")[1])"))
  }

  @Test func bothHereAndInFolders() throws {
    for name in ["a.png", "1/a.png"] { try picture(name, 0) }
    #expect(try failure().problem == "there are PNG files in here and also in 1")
  }

  /// Of fewer than seven images none is held out.
  @Test func fewPictures() throws {
    for number in 0..<6 { try picture("\(number).png", 0) }
    let error = try #require(throws: DataError.self) { try shades(.test) }
    #expect(error.kind == .missing && error.problem.contains("too few others to hold some out"))
  }

  @Test func onlyTestPictures() throws {
    try picture("test/0.png", 4)
    let error = try failure()
    #expect(
      error.kind == .missing
        && error.problem.hasPrefix(
          "there are PNG files in a folder test in here, and no folder train")
    )
    #expect(try shades(.test) == [4])
  }

  /// What is no image does not tell of which kind the images are.
  @Test func labelsBesidePictures() throws {
    try picture("0.png", 7)
    try write("y_train.npy", npy([1], [3]))
    #expect(try shades() == [7])
    let notices = try DatasetFiles(directory: path, split: .train).notices.map(\.description)
    #expect(notices.count == 1 && notices[0].contains(": y_train.npy is not used"), "\(notices)")
  }

  @Test func tooManyLabels() throws {
    for number in 0..<257 { try picture("\(number)/a.png", 0) }
    #expect(try failure().problem.contains("there are 257 folders of pictures, and a label is"))
  }

  @Test func onePicture() throws {
    try picture("a.png", 9)
    let error = try #require(throws: DataError.self) {
      try Contents(directory: "\(path)/a.png", split: .train)
    }
    #expect(error.advice.description == "name the folder that it is in")
    #expect(try shades() == [9])
  }
}
