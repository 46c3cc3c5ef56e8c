@testable import Checkpoints
import Images
import Platform
import Testing

@Suite struct ImageSizeTests {
  @Test(
    "a file's size of an image counts where it makes up the pixels",
    arguments: [
      (["lockstep.rows": "3", "lockstep.columns": "4"], 12, 3), (["lockstep.rows": "3"], 12, nil),
      (["rows": "3", "columns": "4"], 12, nil), ([:], 0, nil), ([:], 12, nil),
      (["lockstep.rows": "3", "lockstep.columns": "4"], 13, nil),
      (["lockstep.rows": "-3", "lockstep.columns": "-4"], 12, nil),
      (["lockstep.rows": "three", "lockstep.columns": "4"], 12, nil),
      // Their product is 12 but for a multiple of 2⁶⁴.
      (["lockstep.rows": "4611686018427387907", "lockstep.columns": "4"], 12, nil),
    ] as [([String: String], Int, Int?)])
  func told(metadata: [String: String], pixels: Int, rows: Int?) {
    let size = ImageSize(toldBy: metadata, pixels: pixels)
    #expect(size == rows.map { ImageSize(rows: $0, columns: 4) })
  }

  @Test(
    "a size is guessed as a square, or else as one row",
    arguments: [(784, 28, 28), (1, 1, 1), (783, 1, 783), (12, 1, 12), (1 << 40, 1 << 20, 1 << 20)])
  func guess(pixels: Int, rows: Int, columns: Int) {
    #expect(ImageSize(guessedFrom: pixels) == ImageSize(rows: rows, columns: columns))
    #expect(ImageSize(guessedFrom: pixels).hasPixels(pixels))
  }

  @Test("images of another shape are refused, also where they have as many pixels")
  func require() throws {
    let size = ImageSize(rows: 3, columns: 4)
    let right = Dataset.Shape(count: 5, rows: 3, columns: 4)
    try size.require(in: [right, right], of: "/data")
    try size.require(in: [], of: "/data")
    let error = try #require(throws: Failure.self) {
      try size.require(
        in: [right, Dataset.Shape(count: 5, rows: 4, columns: 3)], of: "/data")
    }
    #expect(error.code == .badData)
    #expect(
      error.description
        == "/data: images are 4 × 3 pixels, those of the model 3 × 4; use data of that shape")
  }
}
