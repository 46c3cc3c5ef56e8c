package import Platform

extension Checksums {
  /// The list of the files `names` of `directory`, whose digests are taken from what is there.
  package static func list(_ names: [String], in directory: String) throws -> String {
    list(try names.map { ($0, try digest(of: "\(directory)/\($0)")) })
  }
}
