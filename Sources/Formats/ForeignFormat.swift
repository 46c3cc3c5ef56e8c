/// What a file is that somebody took for safetensors, by its first bytes.
enum ForeignFormat: CaseIterable {
  case pyTorch, numpyArchive, archive, pickle, hdf5, numpy, gzip, tar, page, gitLFS, gguf, onnx
  case json, text

  /// As many first bytes as it takes to tell.
  static let prefixSize = 512

  /// Recognises a file by its first bytes; nil where they tell nothing.
  init?(_ prefix: [UInt8]) {
    guard let format = Self.allCases.first(where: { $0.matches(prefix) }) else { return nil }
    self = format
  }

  private func matches(_ prefix: [UInt8]) -> Bool {
    func begins(_ magic: some Collection<UInt8>) -> Bool { prefix.starts(with: magic) }
    // Names in an archive are text between binary numbers; Latin-1 keeps each byte a character.
    let text = String(String.UnicodeScalarView(prefix.map { Unicode.Scalar($0) }))
    return switch self {
    case .pyTorch: begins("PK\u{3}\u{4}".utf8) && text.contains("/data.pkl")
    case .numpyArchive: begins("PK\u{3}\u{4}".utf8) && text.contains(".npy")
    case .archive: begins("PK\u{3}\u{4}".utf8) || begins("PK\u{5}\u{6}".utf8)
    // Protocol 2 is what torch.save wrote before version 1.6; later ones are 3 to 5.
    case .pickle: prefix.count > 1 && prefix[0] == 0x80 && (2...5).contains(prefix[1])
    case .hdf5: begins([0x89] + Array("HDF\r\n".utf8))
    case .numpy: begins([0x93] + Array("NUMPY".utf8))
    case .gzip: begins([0x1f, 0x8b])
    case .page: text.lowercased().drop { $0.isWhitespace }.hasPrefix("<")
    case .gitLFS: text.hasPrefix("version https://git-lfs")
    case .gguf: begins("GGUF".utf8)
    // GNU tar manual, "Basic Tar Format".
    case .tar: prefix.dropFirst(257).starts(with: "ustar".utf8)
    // A message ModelProto begins with its first field, the version of the format, a small number,
    // behind which comes another field that has a length: onnx.proto.
    case .onnx:
      prefix.count > 3 && prefix[0] == 0x08 && (1...32).contains(prefix[1])
        && [0x12, 0x1a, 0x22, 0x32, 0x3a, 0x42].contains(prefix[2])
    case .json: Self.isText(prefix) && text.drop { $0.isWhitespace }.hasPrefix("{")
    case .text: Self.isText(prefix)
    }
  }

  /// Whether all bytes are printable letters of ASCII: a header's length never is that.
  private static func isText(_ bytes: [UInt8]) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy { (32...126).contains($0) || (9...13).contains($0) }
  }

  /// What it is.
  var name: String {
    switch self {
    case .pyTorch: "a PyTorch archive, as torch.save writes it,"
    case .numpyArchive: "a NumPy archive (.npz),"
    case .archive: "a ZIP archive,"
    case .pickle: "a Python pickle, as old versions of torch.save wrote it,"
    case .hdf5: "an HDF5 file, as Keras writes it,"
    case .numpy: "one NumPy array (.npy),"
    case .gzip: "a gzip archive,"
    case .page: "a web page (HTML or XML),"
    case .gitLFS: "a Git LFS pointer, which stands for the file,"
    case .gguf: "a GGUF file,"
    case .tar: "a tar archive,"
    case .onnx: "an ONNX model,"
    case .json: "JSON,"
    case .text: "text, such as YAML,"
    }
  }

  /// What to type to have safetensors.
  func advice(_ path: String) -> String {
    let quoted = path.debugDescription
    return switch self {
    case .pyTorch, .pickle:
      "convert it in Python: import torch, safetensors.torch; "
        + "safetensors.torch.save_file(torch.load(\(quoted), map_location=\"cpu\", "
        + "weights_only=True), \"model.safetensors\")"
    case .numpyArchive:
      // Contiguous: arrays in Fortran order would be scrambled.
      "convert it in Python: import numpy, safetensors.numpy; safetensors.numpy.save_file({k: "
        + "numpy.ascontiguousarray(v) for k, v in numpy.load(\(quoted)).items()}, "
        + "\"model.safetensors\")"
    case .archive: "unpack it, and name the .safetensors file in it"
    case .hdf5, .numpy, .gguf, .onnx:
      "write its arrays under this model's names with safetensors.numpy.save_file in Python, as "
        + "checkpoints/README.md shows"
    case .gzip: "unpack it: gunzip or tar -xzf"
    case .tar: "unpack it: tar -xf, and name the .safetensors file in it"
    case .json, .text: "name the .safetensors file itself, which may lie beside it"
    case .page: "download the file itself again: this is what a site shows in its place"
    case .gitLFS: "fetch the file itself: git lfs pull"
    }
  }
}
