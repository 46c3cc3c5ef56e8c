/// The bytes of an NPY file, made from the format's description.
package func npy(
  _ type: String, _ shape: [Int], _ elements: [UInt8], isFortranOrder: Bool = false
) -> [UInt8] {
  let sizes = shape.map { "\($0)," }.joined(separator: " ")
  return npy(
    header: "{'descr': '\(type)', 'fortran_order': \(isFortranOrder ? "True" : "False"), "
      + "'shape': (\(sizes)), }\n") + elements
}

/// The bytes of an NPY file of bytes, in C's order.
package func npy(_ shape: [Int], _ elements: [UInt8]) -> [UInt8] { npy("|u1", shape, elements) }

/// The beginning of an NPY file with this text as its header.
package func npy(header: String, version: UInt8 = 1) -> [UInt8] {
  [0x93] + Array("NUMPY".utf8) + [version, 0]
    + little(header.utf8.count, version == 1 ? 2 : 4) + Array(header.utf8)
}

/// `value` in `count` bytes, the least significant first.
package func little(_ value: Int, _ count: Int) -> [UInt8] {
  (0..<count).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
}

/// A member of a zip archive, with what its list says of it.
package struct ZipPart {
  package var name: String
  /// As it lies in the archive.
  package var packed: [UInt8]
  package var size: Int
  package var checksum: Int
  package var method = 0
  package var flags = 0

  /// `bytes`, stored or, where `isDeflated`, in blocks of deflate data that are not compressed.
  package init(_ name: String, _ bytes: [UInt8], isDeflated: Bool = false) {
    self.name = name
    (size, checksum) = (bytes.count, Self.checksum(bytes))
    packed = bytes
    guard isDeflated else { return }
    method = 8
    // RFC 1951, section 3.2.4.
    packed = stride(from: 0, to: max(1, bytes.count), by: 65_535).flatMap { start -> [UInt8] in
      let block = bytes[start..<min(start + 65_535, bytes.count)]
      let isLast = block.endIndex == bytes.count
      return [isLast ? 1 : 0] + little(block.count, 2) + little(~block.count, 2) + block
    }
  }

  /// CRC-32, bit by bit: ISO 3309.
  private static func checksum(_ bytes: [UInt8]) -> Int {
    var checksum = UInt32.max
    for byte in bytes {
      checksum ^= UInt32(byte)
      for _ in 0..<8 {
        checksum = checksum & 1 == 1 ? checksum >> 1 ^ 0xedb8_8320 : checksum >> 1
      }
    }
    return Int(~checksum)
  }
}

/// A zip archive of `parts`; `isLarge` writes all sizes of the list as zip64 does.
package func zip(_ parts: [ZipPart], isLarge: Bool = false, comment: String = "") -> [UInt8] {
  var bytes: [UInt8] = []
  var list: [UInt8] = []
  for part in parts {
    let (start, name) = (bytes.count, Array(part.name.utf8))
    let shared = little(part.flags, 2) + little(part.method, 2) + little(0, 4)
    let sizes = little(part.checksum, 4) + little(part.packed.count, 4) + little(part.size, 4)
    bytes += little(0x0403_4b50, 4) + little(20, 2) + shared + sizes
    bytes += little(name.count, 2) + little(0, 2) + name + part.packed
    let most = little(0xffff_ffff, 4)
    let extra =
      isLarge
      ? little(1, 2) + little(24, 2) + little(part.size, 8) + little(part.packed.count, 8)
        + little(start, 8) : []
    list += little(0x0201_4b50, 4) + little(45, 2) + little(45, 2) + shared
    list += little(part.checksum, 4)
    list += isLarge ? most + most : little(part.packed.count, 4) + little(part.size, 4)
    list += little(name.count, 2) + little(extra.count, 2) + little(0, 10)
    list += (isLarge ? most : little(start, 4)) + name + extra
  }
  let (start, count) = (bytes.count, parts.count)
  bytes += list
  if isLarge {
    let end = bytes.count
    bytes += little(0x0606_4b50, 4) + little(44, 8) + little(45, 2) + little(45, 2) + little(0, 8)
    bytes += little(count, 8) + little(count, 8) + little(list.count, 8) + little(start, 8)
    bytes += little(0x0706_4b50, 4) + little(0, 4) + little(end, 8) + little(1, 4)
  }
  let ends = isLarge ? little(0xffff, 2) : little(count, 2)
  bytes += little(0x0605_4b50, 4) + little(0, 4) + ends + ends
  bytes += isLarge ? little(0xffff_ffff, 4) : little(list.count, 4)
  bytes += isLarge ? little(0xffff_ffff, 4) : little(start, 4)
  return bytes + little(comment.utf8.count, 2) + Array(comment.utf8)
}
