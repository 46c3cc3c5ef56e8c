import Foundation
import Support
import Testing

/// Data and parameters that make trouble: one of the images has a pixel that no other has, and the weights of
/// that pixel are such that its loss is beyond all measure.
extension RunFolder {
  /// The number of that image, and of the pixel.
  private static let (image, pixel) = (120, 8 * 9 + 3)

  /// Small data with that image, which some batch of each epoch has.
  static func troubled() throws -> RunFolder {
    let folder = try RunFolder(SmallData(rows: 9, columns: 9))
    let path = URL(fileURLWithPath: "\(folder.data)/train-images-idx3-ubyte")
    var bytes = try Data(contentsOf: path)
    bytes[16 + Self.image * 81 + Self.pixel] = 255
    try bytes.write(to: path)
    return folder
  }

  /// Parameters to begin with, in which the weights of the pixel are `weight`.
  func troublingParameters(weight: Float) throws -> String {
    let run = path("begin")
    try train("--max-steps", "1", "--learning-rate", "1e-30", run: run).succeed()
    var bytes = try RunContents(run).model()
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try JSONSerialization.jsonObject(with: bytes[8..<8 + length]) as? [String: Any]
    let tensor = try #require(header?["fc1.weight"] as? [String: Any])
    #expect(tensor["shape"] as? [Int] == [16, 81])
    let start = 8 + length + (try #require(tensor["data_offsets"] as? [Int]))[0]
    for unit in 0..<16 {
      let place = start + 4 * (81 * unit + Self.pixel)
      withUnsafeBytes(of: weight.bitPattern.littleEndian) {
        bytes.replaceSubrange(place..<place + 4, with: $0)
      }
    }
    let file = path("begin.safetensors")
    try bytes.write(to: URL(fileURLWithPath: file))
    return file
  }
}

extension RunContents {
  /// How many rows of the metrics are of a kind.
  func count(_ kind: String) throws -> Int {
    try text("metrics.jsonl").split(separator: "\n").count { $0.contains("\"kind\":\"\(kind)\"") }
  }
}
