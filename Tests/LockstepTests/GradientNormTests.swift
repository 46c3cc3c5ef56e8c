import Foundation
import Support
import Testing

/// The gradient's norm in the rows of steps, against Adam's first moment: after one step from zero
/// it is (1 − β₁) g, Kingma and Ba, algorithm 1.
@Suite struct GradientNormTests {
  private static let launches: [(Launch, words: [String])] = [
    (.alone, []), (.ranks(2), ["--threads-per-rank", "2"]), (.ranks(3), ["--teams", "rank"]),
    (.ranks(4), ["--teams", "rank", "--exchange", "all-gather"]),
    (.ranks(2), ["--teams", "rank", "--wire", "bf16"]),
  ]

  @Test("it is that of the gradient that the step was taken with", arguments: launches)
  func norm(launch: Launch, words: [String]) throws {
    let folder = try RunFolder()
    let whole = ["--epochs", "1", "--max-steps", "1", "--hidden", "90"] + words
    try Job(folder.trainWords() + whole, launch).succeed()
    let rows = try folder.contents.rows()
    let norm = try #require(rows.first?.gradientNorm)
    let expected = try momentNorm(of: folder.contents, prefix: "exp_avg.") / 0.1
    #expect(abs(norm / expected - 1) < 1e-5, "\(norm), \(expected)")
    #expect(expected > 0)
  }
}

/// The norm of all tensors with names from `prefix` on among the moments of a run's newest checkpoint.
func momentNorm(of run: RunContents, prefix: String) throws -> Double {
  let bytes = try run.bytes("latest/optimizer.safetensors")
  struct Tensor: Decodable {
    let data_offsets: [Int]
  }
  let length = Int(bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  let header = try #require(
    try JSONSerialization.jsonObject(with: bytes[8..<8 + length]) as? [String: Any])
  var squares = 0.0
  for (name, entry) in header where name.hasPrefix(prefix) {
    let tensor = try JSONDecoder().decode(
      Tensor.self, from: JSONSerialization.data(withJSONObject: entry))
    let floats = bytes[8 + length + tensor.data_offsets[0]..<8 + length + tensor.data_offsets[1]]
    for start in stride(from: floats.startIndex, to: floats.endIndex, by: 4) {
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(floats[start + $1]) << (8 * $1) }
      squares += Double(Float(bitPattern: bits)) * Double(Float(bitPattern: bits))
    }
  }
  return squares.squareRoot()
}
