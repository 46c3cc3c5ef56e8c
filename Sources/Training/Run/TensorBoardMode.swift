/// Whether a run writes event files for TensorBoard.
public enum TensorBoardMode: String, Codable, Sendable, CaseIterable {
  /// It does, into its directory.
  case on
  /// It does not.
  case off
}
