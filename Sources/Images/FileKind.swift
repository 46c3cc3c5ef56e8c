internal import Platform

/// The format of a file that was given as IDX data but is not in that format, such as an archive, a
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

  /// What to do with images in other formats.
  static let convert =
    "save its images with NumPy, numpy.save(\"x_train.npy\", images), or as PNG files"

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
    case .jpeg:
      ("one picture, JPEG", "turn all pictures into PNG files of one size, and name their folder")
    case .matlab: ("a MATLAB file", convert)
    case .numpy: ("a NumPy array", "call it x_train.npy, or name the file itself")
    case .parquet: ("a Parquet file", convert)
    case .png: ("one picture, PNG", "name the folder that it is in")
    case .tar: ("a tar archive", "unpack it with tar -xf and name the folder")
    case .xz: ("xz data", "unpack it with unxz")
    case .zip:
      (
        "a zip archive, as .zip and .npz files are",
        "name an .npz archive itself; unpack others and name the folder"
      )
    case .zstandard: ("Zstandard data", "unpack it with unzstd")
    }
  }
}
