internal import Platform

/// The format of a file that was given as data but is not in the IDX format, such as an archive, a
/// web page or a picture.
struct FileKind {
  /// The format's name, as in `a zip archive`.
  let name: String
  /// What to do with the file.
  let advice: String

  /// Recognises a file that begins with `prefix`; nil if the prefix does not tell the format.
  init?(_ prefix: [UInt8]) {
    if let signature = FileSignature(prefix) {
      (name, advice) = Self.kind(of: signature)
    } else if FileSignature.isPage(prefix) {
      (name, advice) = (
        "a web page that was saved in place of the data", "download the data itself again"
      )
    } else if FileSignature.isText(prefix) {
      (name, advice) = ("text, such as CSV", Self.convert)
    } else {
      return nil
    }
  }

  /// What to do with arrays in other formats.
  static let convert = "write its images as IDX, \(lines)"

  /// Where the reader finds lines of Python that write images as IDX.
  static let lines = "as the README shows under \"Data, and what the loss is\""

  private static func kind(of signature: FileSignature) -> (name: String, advice: String) {
    switch signature {
    case .bzip2: ("bzip2 data", "unpack it with bunzip2")
    case .ggufModel: ("a GGUF file", convert)
    case .gitLFSPointer:
      (
        "a pointer of Git LFS in place of the data",
        "run git lfs pull where it was cloned, or download the file itself"
      )
    case .gzip: ("gzip data within gzip data", "unpack it once with gunzip")
    case .hdf5: ("an HDF5 file", convert)
    case .jpeg: ("one picture, JPEG", convert)
    case .matlab: ("a MATLAB file", convert)
    case .numpy: ("a NumPy array", convert)
    case .parquet: ("a Parquet file", convert)
    case .png: ("one picture, PNG", convert)
    case .tar: ("a tar archive", "unpack it with tar -xf and name the folder")
    case .xz: ("xz data", "unpack it with unxz")
    case .zip:
      (
        "a zip archive, as .zip and .npz files are",
        "unpack it and name the folder; arrays of an .npz have to be written as IDX, \(lines)"
      )
    case .zstandard: ("Zstandard data", "unpack it with unzstd")
    }
  }
}
