internal import FoundationEssentials
internal import Platform

/// A temporary folder for runs that are deleted after they have been measured.
struct ScratchFolder {
  /// The folder's path.
  let path: String

  /// Calls `body` with a new scratch folder, and removes the folder when `body` returns or throws.
  static func with<Result>(_ body: (ScratchFolder) throws -> Result) throws -> Result {
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    return try body(scratch)
  }

  /// Makes the folder, below TMPDIR or /tmp.
  private init() throws {
    path =
      FileManager.default.temporaryDirectory.appendingPathComponent(
        "lockstep-bench-\(String(UInt64.random(in: 0...(.max)), radix: 36))"
      ).path
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: nil)
    } catch {
      throw Failure(.inputOutput, "cannot make the folder \(path): set TMPDIR to one with room")
    }
  }

  /// The path of the folder called `name` in the scratch folder.
  func folder(_ name: String) -> String { "\(path)/\(name)" }

  /// Removes the folder called `name` in the scratch folder, if there is one.
  func remove(_ name: String) { try? FileManager.default.removeItem(atPath: folder(name)) }

  /// Removes the scratch folder and all that is in it.
  private func remove() { try? FileManager.default.removeItem(atPath: path) }
}
