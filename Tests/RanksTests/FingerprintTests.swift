import Images
import Kernels
@testable import Platform
@testable import Ranks
import Testing

/// Digests that Python's hashlib has computed of the same bytes.
@Suite struct FingerprintTests {
  private func hexadecimal(_ fingerprint: Fingerprint) -> String {
    SHA256.hexadecimal(fingerprint.digest)
  }

  private func bytes(_ values: ClosedRange<UInt8>) -> Buffer<UInt8> {
    let buffer = Buffer<UInt8>(repeating: 0, count: values.count)
    buffer.bytes.withMutableSpan { span in
      for (index, value) in values.enumerated() { span[index] = value }
    }
    return buffer
  }

  /// bytes([1, 2, 3, 4, 5]), and no bytes at all.
  @Test("bytes are hashed one after another, however they are cut", arguments: 0...5)
  func bytes(cut: Int) {
    let memory = bytes(1...5)
    let parts = [memory.bytes[0..<cut], memory.bytes[cut..<5]]
    #expect(
      hexadecimal(Fingerprint("data", of: parts))
        == "74f81fe167d99b4cb41d6d0ccda82278caee9f3e2f25d5e5a3936ff3dcec60d0")
    #expect(
      hexadecimal(Fingerprint("data", of: [] as [Bytes]))
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    _ = memory.count  // Lives until here.
  }

  /// struct.pack("<4f", 1, -2, 0.5, 0), and the same with -0: replicas must have the same bits.
  @Test(
    "floats are hashed bit by bit",
    arguments: [
      (0.0, "c16372899a2906d5f8ddcbd6371a6e2315909b9a7195368ed55793904e9b33d3"),
      (-0.0, "b9adffed992d57229bb65899717e338c77456dd5a9b551cb014892dda9388d6c"),
    ] as [(Float, String)])
  func floats(zero: Float, digest: String) {
    let memory = Buffer<Float>(repeating: zero, count: 4)
    for (index, value) in [1, -2, 0.5].enumerated() { memory.vector[index] = Float(value) }
    #expect(hexadecimal(Fingerprint("replica", of: [memory.vector])) == digest)
    let parts = [memory.vector[0..<1], memory.vector[1..<4]]
    #expect(hexadecimal(Fingerprint("replica", of: parts)) == digest)
    _ = memory.count
  }

  /// struct.pack("<3Q", 2, 2, 3) + bytes(range(1, 13)), and with the sizes 2, 3, 2.
  @Test(
    "images are hashed with their sizes, and without their labels",
    arguments: [
      (2, 3, "433f0868ff20d95cbcdfa800c7d18667d5bd0d2523df053b15f291adb1ba2697"),
      (3, 2, "e4573fe1557b054d3f7de2835b18a7a350fe1c3927be9dba504973ceecd1c308"),
    ])
  func images(rows: Int, columns: Int, digest: String) {
    for hasLabels in [true, false] {
      let memory = bytes(1...(hasLabels ? 14 : 12))
      let shape = Dataset.Shape(count: 2, rows: rows, columns: columns, hasLabels: hasLabels)
      let images = Dataset(shape, in: memory.bytes)
      #expect(hexadecimal(Fingerprint("data", ofImages: images)) == digest)
      _ = memory.count
    }
  }

  /// A value that writes its keys in the order that it is told.
  private struct Keys: Encodable {
    var order: [Key]

    enum Key: String, CodingKey { case a, b, c }

    func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: Key.self)
      for key in order {
        switch key {
        case .a: try values.encode(1, forKey: key)
        case .b: try values.encode("x", forKey: key)
        case .c: try values.encode([true], forKey: key)
        }
      }
    }
  }

  /// The text {"a":1,"b":"x","c":[true]}.
  @Test("equal values have one digest, whatever the order of their keys")
  func keys() throws {
    for order in [[.a, .b, .c], [.c, .b, .a], [.b, .c, .a]] as [[Keys.Key]] {
      #expect(
        hexadecimal(try Fingerprint("recipe", of: Keys(order: order)))
          == "9b78f96b8f8ef1a94403c08f53e3000fe0112fe8c34ad527c1819513755de4f3")
    }
    let other = try Fingerprint("recipe", of: Keys(order: [.a, .b]))
    #expect(try other.digest != Fingerprint("recipe", of: Keys(order: [.a, .b, .c])).digest)
    #expect(other.subject == "recipe" && other.digest.count == 32)
  }
}
