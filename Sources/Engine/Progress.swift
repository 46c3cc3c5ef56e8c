/// Where a run stands: all that is needed, beside the tensors, to go on from here.
public struct Progress: Equatable, Codable, Sendable {
  /// Optimizer steps taken since the beginning.
  public var step = 0

  /// Epochs completed.
  public var epoch = 0

  /// Positions of the epoch under way that have been trained on.
  public var offset = 0

  /// Losses summed over these positions.
  public var losses = LossSum()

  /// The beginning.
  public init() {}
}
