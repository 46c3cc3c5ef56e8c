/// What a file is that somebody took for safetensors, by its first bytes.
enum ForeignFormat: CaseIterable {
  case pyTorch, numpyArchive, archive, pickle, hdf5, numpy, gzip, page, gitLFS, gguf

  /// As many first bytes as it takes to tell.
  static let prefixSize = 256

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
    }
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
      "convert it in Python: import numpy, safetensors.numpy; "
        + "safetensors.numpy.save_file(dict(numpy.load(\(quoted))), \"model.safetensors\")"
    case .archive: "unpack it, and name the .safetensors file in it"
    case .hdf5, .numpy, .gguf:
      "write its arrays under this model's names with safetensors.numpy.save_file in Python, as "
        + "checkpoints/README.md shows"
    case .gzip: "unpack it: gunzip or tar -xzf"
    case .page: "download the file itself again: this is what a site shows in its place"
    case .gitLFS: "fetch the file itself: git lfs pull"
    }
  }
}
