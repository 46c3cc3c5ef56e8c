/// What a file is that holds no images in the IDX format: people name archives, pages and pictures.
struct FileKind {
  /// What it is, as in `a zip archive`.
  let name: String
  /// What to do with it.
  let advice: String

  /// Bytes to look at.
  static let length = 512

  /// Recognises the contents that begin with `bytes`; nil where nothing tells.
  init?(_ bytes: [UInt8]) {
    if let found = Self.signatures.first(where: { signature in
      bytes.dropFirst(signature.offset).starts(with: signature.bytes)
    }) {
      (name, advice) = (found.name, found.advice)
    } else if let text = Self.text(bytes) {
      (name, advice) = Self.kind(ofText: text)
    } else {
      return nil
    }
  }

  private typealias Signature = (offset: Int, bytes: [UInt8], name: String, advice: String)

  /// What to do with arrays in other formats.
  static let convert = "write its images as IDX, \(lines)"

  /// Where lines of Python stand that do.
  static let lines = "as the README shows under \"Data, and what the loss is\""

  /// The beginnings of formats, by their specifications.
  private static let signatures: [Signature] = [
    (0, [0x93] + Array("NUMPY".utf8), "a NumPy array", convert),
    (
      0, Array("PK".utf8), "a zip archive, as .zip and .npz files are",
      "unpack it and name the folder; arrays of an .npz have to be written as IDX, \(lines)"
    ),
    (257, Array("ustar".utf8), "a tar archive", "unpack it with tar -xf and name the folder"),
    (0, [0x1f, 0x8b], "gzip data within gzip data", "unpack it once with gunzip"),
    (0, Array("BZh".utf8), "bzip2 data", "unpack it with bunzip2"),
    (0, [0xfd] + Array("7zXZ".utf8), "xz data", "unpack it with unxz"),
    (0, [0x28, 0xb5, 0x2f, 0xfd], "Zstandard data", "unpack it with unzstd"),
    (0, [0x89] + Array("HDF".utf8), "an HDF5 file", convert),
    (0, Array("PAR1".utf8), "a Parquet file", convert),
    (0, Array("MATLAB".utf8), "a MATLAB file", convert),
    (0, [0x89] + Array("PNG".utf8), "one picture, PNG", convert),
    (0, [0xff, 0xd8, 0xff], "one picture, JPEG", convert),
  ]

  /// The bytes as text; nil where some are no printable letters of ASCII.
  private static func text(_ bytes: [UInt8]) -> String? {
    guard !bytes.isEmpty, bytes.allSatisfy({ (32...126).contains($0) || (9...13).contains($0) })
    else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func kind(ofText text: String) -> (String, String) {
    if text.hasPrefix("version https://git-lfs") {
      return (
        "a pointer of Git LFS in place of the data",
        "run git lfs pull where it was cloned, or download the file itself"
      )
    }
    if text.drop(while: \.isWhitespace).hasPrefix("<") {
      return (
        "a web page that was saved in place of the data",
        "download the data itself again"
      )
    }
    return ("text, such as CSV", convert)
  }
}
