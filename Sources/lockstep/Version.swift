internal import CBuild
internal import Checkpoints
internal import MPI
internal import Platform

/// The version of the program and of its MPI library.
enum Version {
  /// The version's number. Exported models hold this number alone, so that their bytes do not depend on
  /// the machine or the commit.
  static let number = "0.1.0"

  /// The program and its version.
  static let short = "lockstep \(number)"

  /// The version and the commit, for the record of a run.
  static var program: ProgramVersion {
    ProgramVersion(number: number, commit: String(cString: CBuild_commit()))
  }

  /// What `--version` prints: the version and the commit on one line, the MPI library on the next.
  static var full: String {
    let commit = program.commit
    return [
      short + (commit.isEmpty ? "" : ", commit \(commit)"), (try? mpi) ?? "no MPI",
    ].joined(separator: "\n")
  }

  private static var mpi: String {
    get throws {
      let standard = try World.standardVersion
      return "\(try World.libraryName), MPI \(standard.major).\(standard.minor)"
    }
  }
}
