internal import Kernels

extension Recipe {
  /// The learning rate of step number `step`, counted from 1, where an epoch has `batchesPerEpoch`, and a
  /// plateau schedule has seen `plateau`.
  ///
  /// In a warm-up of N steps, step n has n/N of the rate; the schedule then begins with the whole rate. A
  /// cosine schedule has the steps of all its epochs after the warm-up, and is zero beyond them. Milestones
  /// are epochs of the run. These are the rates of `LinearLR`, `CosineAnnealingLR` after each step and
  /// `MultiStepLR` after each epoch in `torch.optim.lr_scheduler`, a warm-up before them by `SequentialLR`.
  package func learningRate(step: Int, batchesPerEpoch: Int, plateau: Plateau? = nil) -> Double {
    guard step > warmupSteps else {
      return learningRate * (Double(step) / Double(warmupSteps))
    }
    switch schedule {
    case .constant: return learningRate
    case .cosine:
      let length = (scheduleEpochs ?? 0) * batchesPerEpoch - warmupSteps
      let position = step - 1 - warmupSteps
      return position < length ? learningRate * raisedCosine(position, of: length) : 0
    case .step:
      let passed = milestones.epochs.prefix { $0 <= (step - 1) / batchesPerEpoch }
      return rate(afterFalls: passed.count)
    case .plateau: return rate(afterFalls: plateau?.rateFalls ?? 0)
    }
  }

  /// ``learningRate`` multiplied `count` times by ``decayFactor``.
  private func rate(afterFalls count: Int) -> Double {
    (0..<count).reduce(learningRate) { rate, _ in rate * decayFactor }
  }
}
