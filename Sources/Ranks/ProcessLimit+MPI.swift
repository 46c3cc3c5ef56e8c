package import Platform

extension ProcessLimit {
  /// Bytes that starting MPI takes. Measured with Open MPI 4.1.4: with 15 to 70 MiB left beside the program
  /// itself, `lockstep inspect` failed in the library or later; with more, it succeeded.
  private static let start = 96 << 20

  /// Makes sure that MPI can start: a library that cannot ends the process itself. To be called before MPI
  /// starts.
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

  /// The open files that a job of a few ranks needs. Measured with Open MPI 4.1.4: one rank failed
  /// up to a limit of 16, four ranks with their mpirun up to 40.
  private static let startFiles = 48
}
