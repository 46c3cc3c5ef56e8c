/// What a plateau schedule knows of the epochs so far: as `torch.optim.lr_scheduler.ReduceLROnPlateau` with a
/// threshold of zero, and as `ReduceLROnPlateau` in Keras.
public struct Plateau: Equatable, Codable, Sendable {
  /// The least validation loss so far, in nats; nil before the first.
  public private(set) var leastLoss: Double?

  /// How many epochs in a row, the last ones, had no lesser loss, since the rate last fell.
  public private(set) var epochsWithoutFall = 0

  /// How many times the learning rate was multiplied by the factor.
  public private(set) var rateFalls = 0

  /// Before the first epoch has ended.
  init() {}

  /// Takes note of an epoch's validation `loss`: the rate falls where it is the last of `patience` epochs in
  /// a row whose loss is not less than the least before them.
  mutating func note(_ loss: Double, patience: Int) {
    guard leastLoss.map({ loss >= $0 }) ?? false else {
      leastLoss = loss
      epochsWithoutFall = 0
      return
    }
    epochsWithoutFall += 1
    guard epochsWithoutFall >= patience else { return }
    epochsWithoutFall = 0
    rateFalls += 1
  }

  /// Forgets the losses, which those of other images do not compare with; the rate stays as it is.
  mutating func forgetLosses() {
    leastLoss = nil
    epochsWithoutFall = 0
  }

  /// Whether a run can have come to this after `epochs` epochs.
  func isPossible(after epochs: Int) -> Bool {
    (0...epochs).contains(epochsWithoutFall) && (0...epochs).contains(rateFalls)
      && (leastLoss.map(\.isFinite) ?? true)
  }
}
