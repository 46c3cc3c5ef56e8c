internal import Kernels
package import VAE

extension Recipe {
  /// What training minimises.
  package var trainingObjective: Objective {
    Objective(objective, draws: importanceSamples, freeNats: Float(freeBits))
  }

  /// What the divergence counts in step number `step`, counted from 1, where an epoch has `batches` steps:
  /// ``beta``, towards which the weight grows from 0 in a straight line over the first ``klWarmup`` epochs.
  package func divergenceWeight(step: Int, batches: Int) -> Double {
    let (taken, warmup) = (Double(step - 1), Double(klWarmup) * Double(batches))
    return taken < warmup ? beta * (taken / warmup) : beta
  }
}
