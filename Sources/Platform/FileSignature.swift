/// A file format that is recognised by its magic number: bytes that all files of the format have at
/// the beginning or at a certain offset.
package enum FileSignature: CaseIterable, Sendable {
  case bzip2, ggufModel, gitLFSPointer, gzip, hdf5, jpeg, matlab, numpy, parquet, png, tar, xz
  case zip, zstandard

  /// The number of bytes at a file's beginning with which each of these formats can be recognised.
  package static let prefixSize = 512

  /// The format of a file that begins with `prefix`; nil where it is none of these.
  package init?(_ prefix: [UInt8]) {
    let found = Self.allCases.first { signature in
      signature.magicNumbers.contains {
        prefix.dropFirst(signature.offset).starts(with: $0)
      }
    }
    guard let found else { return nil }
    self = found
  }

  /// Where the magic number stands in the file.
  private var offset: Int {
    // GNU tar manual, "Basic Tar Format".
    self == .tar ? 257 : 0
  }

  /// The magic numbers in the format's specification, one of which a file has at ``offset``.
  private var magicNumbers: [[UInt8]] {
    switch self {
    case .bzip2: [Array("BZh".utf8)]
    case .ggufModel: [Array("GGUF".utf8)]
    case .gitLFSPointer: [Array("version https://git-lfs".utf8)]
    case .gzip: [[0x1f, 0x8b]]
    case .hdf5: [[0x89] + Array("HDF\r\n".utf8)]
    case .jpeg: [[0xff, 0xd8, 0xff]]
    case .matlab: [Array("MATLAB".utf8)]
    case .numpy: [[0x93] + Array("NUMPY".utf8)]
    case .parquet: [Array("PAR1".utf8)]
    case .png: [[0x89] + Array("PNG".utf8)]
    case .tar: [Array("ustar".utf8)]
    case .xz: [[0xfd] + Array("7zXZ".utf8)]
    // The second is an empty archive.
    case .zip: [Array("PK\u{3}\u{4}".utf8), Array("PK\u{5}\u{6}".utf8)]
    case .zstandard: [[0x28, 0xb5, 0x2f, 0xfd]]
    }
  }
}

extension FileSignature {
  /// Whether a file that begins with `prefix` is text: printable characters of ASCII and white
  /// space alone.
  package static func isText(_ prefix: [UInt8]) -> Bool {
    !prefix.isEmpty && prefix.allSatisfy { (32...126).contains($0) || (9...13).contains($0) }
  }

  /// Whether a file that begins with `prefix` is a page in HTML or XML: the first character that is
  /// not white space is <.
  package static func isPage(_ prefix: [UInt8]) -> Bool {
    prefix.first { $0 != 32 && !(9...13).contains($0) } == UInt8(ascii: "<")
  }
}
