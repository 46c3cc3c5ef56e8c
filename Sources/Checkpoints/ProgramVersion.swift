/// Which version of the program writes a run's files.
package struct ProgramVersion: Equatable, Codable, Sendable {
  /// The version's number, as in `0.1.0`; empty where it is not known.
  package var number: String
  /// The commit that was built; empty where it is not known.
  package var commit: String

  /// The program with this version's number, built from `commit`.
  package init(number: String = "", commit: String = "") {
    self.number = number
    self.commit = commit
  }
}
