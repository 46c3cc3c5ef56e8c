internal import FoundationEssentials
internal import Platform

/// A folder for runs that nobody keeps.
struct ScratchFolder {
  /// Where it is.
  let path: String

  /// Makes the folder, below TMPDIR or /tmp.
  init() throws {
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

  /// The path of a folder in it that does not exist yet.
  func folder(_ name: String) -> String { "\(path)/\(name)" }

  /// Removes a folder in it, if it is there.
  func remove(_ name: String) { try? FileManager.default.removeItem(atPath: folder(name)) }

  /// Removes it and all that is in it.
  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
