internal import Foundation

extension TemporaryFolder {
  /// Writes `bytes` to a file called `name` and returns its path.
  package func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = url.appendingPathComponent(name)
    try Data(bytes).write(to: file)
    return file.path
  }

  /// The bytes of the file called `name`.
  package func contents(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: url.appendingPathComponent(name)))
  }

  /// The path of a file called `name`, whether it exists or not.
  package func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}
