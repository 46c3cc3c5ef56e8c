/// Where a run stands: all that is needed, beside the tensors, to go on from here.
package struct Progress: Equatable, Codable, Sendable {
  /// Optimizer steps taken since the beginning.
  package var step = 0

  /// Epochs completed.
  package var epoch = 0

  /// Positions of the epoch under way that have been trained on.
  package var offset = 0

  /// Losses summed over these positions.
  package var losses = LossSum()

  /// The beginning.
  package init() {}
}
