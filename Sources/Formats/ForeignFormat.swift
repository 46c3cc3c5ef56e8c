internal import Platform

/// The format of a file that the user gave as safetensors and that is something else.
enum ForeignFormat {
  case pyTorch, numpyArchive, archive, pickle, hdf5, numpy, gzip, tar, page, gitLFS, gguf, onnx
  case json, text

  /// Recognises a file that begins with `prefix`; nil if the prefix does not tell the format.
  init?(_ prefix: [UInt8]) {
    // Names in an archive are text between binary numbers; Latin-1 keeps each byte a character.
    let text = String(String.UnicodeScalarView(prefix.map { Unicode.Scalar($0) }))
    switch FileSignature(prefix) {
    case .zip where text.contains("/data.pkl"): self = .pyTorch
    case .zip where text.contains(".npy"): self = .numpyArchive
    case .zip: self = .archive
    case .hdf5: self = .hdf5
    case .numpy: self = .numpy
    case .gzip: self = .gzip
    case .tar: self = .tar
    case .gitLFSPointer: self = .gitLFS
    case .ggufModel: self = .gguf
    case _ where Self.isPickle(prefix): self = .pickle
    case _ where FileSignature.isPage(prefix): self = .page
    case _ where Self.isONNX(prefix): self = .onnx
    case _ where FileSignature.isText(prefix):
      self = text.drop { $0.isWhitespace }.hasPrefix("{") ? .json : .text
    default: return nil
    }
  }

  /// Whether `prefix` begins a pickle. torch.save wrote protocol 2 before version 1.6; later
  /// protocols are 3 to 5.
  private static func isPickle(_ prefix: [UInt8]) -> Bool {
    prefix.count > 1 && prefix[0] == 0x80 && (2...5).contains(prefix[1])
  }

  /// A message ModelProto begins with its first field, the version of the format, a small number,
  /// and goes on with a field that has a length: onnx.proto.
  private static func isONNX(_ prefix: [UInt8]) -> Bool {
    prefix.count > 3 && prefix[0] == 0x08 && (1...32).contains(prefix[1])
      && [0x12, 0x1a, 0x22, 0x32, 0x3a, 0x42].contains(prefix[2])
  }

  /// The format's name for the middle of a sentence, with a comma behind it, as in `a GGUF file,`.
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

  /// What to do to turn the file at `path` into a safetensors file, or to find one.
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
