import Foundation
@testable import Formats

extension FuzzTarget {
  /// The JSON of a safetensors header, which is read strictly: what is accepted, Foundation must read alike.
  static let json = FuzzTarget(
    "json", Memory(each: 64),
    { input in
      var scanner = JSONScanner(input.bytes, path: "input", start: 0)
      var texts: [String: String] = [:]
      try scanner.object { scanner, key in texts[key] = try scanner.string() }
      try scanner.finish()
      let found = try? JSONDecoder().decode([String: String].self, from: Data(input.bytes))
      claim(found == texts, "read as \(texts), by Foundation as \(found as Any)")
    },
    { input in
      var scanner = JSONScanner(input.bytes, path: "input", start: 0)
      var lists: [String: [Int]] = [:]
      try scanner.object { scanner, key in lists[key] = try scanner.integers() }
      try scanner.finish()
      let found = try? JSONDecoder().decode([String: [Int]].self, from: Data(input.bytes))
      claim(found == lists, "read as \(lists), by Foundation as \(found as Any)")
    },
    { input in
      let length = withUnsafeBytes(of: UInt64(input.bytes.count).littleEndian, Array.init)
      let file = try SafetensorsFile(opening: FuzzInput.file(length + input.bytes))
      claim(file.tensors.allSatisfy { $0.size == 0 }, "elements of no bytes")
    })
}
