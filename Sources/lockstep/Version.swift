internal import CBuild
internal import MPI
internal import Platform
internal import Checkpoints

/// What `--version` tells.
enum Version {
  /// The version's number: it alone stands in files, whose bytes tell of no machine.
  static let number = "0.1.0"

  /// The program and its version.
  static let short = "lockstep \(number)"

  /// The same for a run's record.
  static var program: ProgramVersion {
    ProgramVersion(number: number, commit: String(cString: CBuild_commit()))
  }

  /// The commit and the library beside it, a line each.
  static var full: String {
    let commit = program.commit
    return [
      short + (commit.isEmpty ? "" : ", commit \(commit)"), (try? mpi) ?? "no MPI",
    ].joined(separator: "\n")
  }

  private static var mpi: String {
    get throws {
      let standard = try World.standardVersion
      // Some libraries tell more than a line of themselves.
      let library = try World.libraryVersion.prefix { !$0.isNewline && $0 != "," }
      return "\(library.split(whereSeparator: \.isWhitespace).joined(separator: " ")), MPI "
        + "\(standard.major).\(standard.minor)"
    }
  }
}
