package import Platform

extension ProcessLimit {
  /// What starting MPI takes: with Open MPI 4.1.4 inspecting a model failed, in the library or
  /// after it, from 15 to 70 MiB beyond the program itself, and not from there on.
  private static let start = 96 << 20

  /// Makes sure that MPI can start, which ends processes by itself where it cannot.
  ///
  /// - Throws: `Failure` with `unavailable`.
  package static func requireStart(root: String = "") throws {
    if let files = limit("Max open files", root: root), files < startFiles {
      throw Failure(
        .unavailable,
        "MPI needs \(startFiles) open files where ulimit -n allows this process \(files): raise that "
          + "limit, as with ulimit -n 4096")
    }
    try require(start - reserve, for: "starting MPI", root: root)
  }

  /// The open files that a job of a few ranks can do with: with Open MPI 4.1.4 one rank failed up to
  /// a limit of 16, in the library at less, and four, with their mpirun, up to 40.
  private static let startFiles = 48
}
