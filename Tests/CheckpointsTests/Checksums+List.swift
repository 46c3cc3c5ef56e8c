import Checkpoints
import Platform

extension Checksums {
  /// The list of the files `names` of `directory`, with the digests that they have now.
  static func list(_ names: [String], in directory: String) throws -> String {
    list(
      try names.map { name in
        (name, SHA256.hexadecimal(try SHA256.digest(ofFile: "\(directory)/\(name)")))
      })
  }
}
