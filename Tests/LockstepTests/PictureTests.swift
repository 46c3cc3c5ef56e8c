import Foundation
import Support
import Testing

/// Walks, planes, scales and labels: what commands draw of a model's latent space.
@Suite struct PictureTests {
  private let folder: RunFolder

  init() throws { folder = try RunFolder.trained() }

  /// The width and height in a PNG file's header.
  private func size(_ path: String) throws -> [Int] {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    return [16, 20].map { start in
      bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
    }
  }

  /// 8 pixels an image, and lines of one between them and around.
  @Test("a sheet's size follows from scale and columns", arguments: [1, 2, 5])
  func scale(scale: Int) throws {
    let path = folder.path("scaled.png")
    let words = ["--scale", "\(scale)", "--columns", "4", "--output", path]
    try Job(["sample", folder.run, "--count", "7"] + words).succeed()
    let cell = 8 * scale + 1
    #expect(try size(path) == [4 * cell + 1, 2 * cell + 1])
    try Job(
      ["reconstruct", folder.run, "--data", folder.data, "--count", "7"] + words
    ).succeed()
    #expect(try size(path)[0] == 4 * cell + 1)
  }

  /// A walk from a digit to itself stands still, and the next row begins where it ended.
  @Test("a walk from digit to digit")
  func digits() throws {
    let path = folder.path("walk.npy")
    try Job(
      ["sample", folder.run, "--data", folder.data, "--digits", "3377", "--columns", "5"]
        + ["--output", path]
    ).succeed()
    let file = try floats(path)
    #expect(file.header.contains("'shape': (15, 8, 8)"))
    let images = (0..<15).map { Array(file.values[$0 * 64..<($0 + 1) * 64]) }
    for image in 1...5 { #expect(isClose(images[image], images[0])) }
    for image in 9...14 { #expect(isClose(images[image], images[9])) }
    #expect(!isClose(images[5], images[9]))
    #expect(!isClose(images[7], images[5]) && !isClose(images[7], images[9]))
  }

  private func isClose(_ one: [Float], _ other: [Float]) -> Bool {
    one.count == other.count && zip(one, other).allSatisfy { abs($0 - $1) < 1e-5 }
  }

  /// Made-up data have all ten labels; these have none but 0.
  @Test("a digit that no image shows", arguments: Launch.both)
  func missingDigit(launch: Launch) throws {
    let data = folder.folder.url.appendingPathComponent("zeros")
    try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
    for name in ["train", "t10k"] {
      try SmallData.write(
        images: [UInt8](repeating: 9, count: 128), labels: [0, 0], rows: 8, columns: 8, to: data,
        named: name)
    }
    let outcome = try Job(
      ["sample", folder.run, "--data", data.path, "--digits", "05", "--output", "x.png"], launch
    ).command.run()
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("no test image has the label 5; leave it out of --digits"))
  }

  /// The middle of 3 × 3 equal parts of the prior is that of 5 × 5, and the middle row that of one.
  @Test("a model of two latents walks its plane")
  func plane() throws {
    let run = folder.path("plane")
    try Job(
      ["train", "--data", folder.data, "--run", run, "--hidden", "16", "--latent", "2"]
        + ["--epochs", "1", "--report", "off"]
    ).succeed()
    let paths = ["3.npy", "5.npy", "row.npy"].map(folder.path)
    for (path, words) in zip(
      paths, [["--count", "9"], ["--count", "25"], ["--count", "3", "--columns", "3"]])
    {
      try Job(["sample", run, "--walk", "--output", path] + words).succeed()
    }
    let (three, five, row) = (
      try floats(paths[0]).values, try floats(paths[1]).values, try floats(paths[2]).values
    )
    #expect(isClose(Array(three[4 * 64..<5 * 64]), Array(five[12 * 64..<13 * 64])))
    #expect(isClose(Array(three[3 * 64..<6 * 64]), row))
    #expect(!isClose(Array(three[..<64]), Array(three[8 * 64..<9 * 64])))
  }

  /// The labels of made-up test images are (3 i + 7) mod 10.
  @Test("encode writes labels beside codes", arguments: [1, 3])
  func labels(ranks: Int) throws {
    let (codes, labels) = (folder.path("codes.npy"), folder.path("labels.npy"))
    try Job(
      ["encode", folder.run, "--data", folder.data, "--output", codes, "--labels", labels],
      .ranks(ranks)
    ).succeed()
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: labels)))
    let header = String(decoding: bytes[10..<128], as: UTF8.self)
    #expect(header.contains("'descr': '|u1'") && header.contains("'shape': (70,)"))
    let expected = (0..<70).map { UInt8(($0 * 3 + 7) % 10) }
    #expect(Array(bytes[128...]) == expected)
    #expect(try floats(codes).values.count == 280)
  }
}
