import Foundation

/// The header of a .npy file and the floats behind it.
func floats(_ path: String) throws -> (header: String, values: [Float]) {
  let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
  let length = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
  let values = stride(from: length, to: bytes.count, by: 4).map { offset in
    Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * $1) })
  }
  return (String(decoding: bytes[10..<length], as: UTF8.self), values)
}
