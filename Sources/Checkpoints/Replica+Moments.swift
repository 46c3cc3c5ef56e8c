internal import Engine

extension Replica {
  /// The moments that `optimizer` keeps, as `optimizer.safetensors` has them: under PyTorch's names of the
  /// parameters, behind PyTorch's names of the moments.
  func savedMoments(of optimizer: OptimizerKind) -> [TensorFile.StateVector] {
    switch optimizer {
    case .adam, .adamW:
      [
        .init(prefix: "exp_avg.", subject: "a mean of gradients", floats: firstMoment),
        .init(
          prefix: "exp_avg_sq.", subject: "a mean of squared gradients", floats: secondMoment),
      ]
    case .sgd:
      [
        .init(prefix: "momentum_buffer.", subject: "a sum of gradients", floats: firstMoment)
      ]
    }
  }
}
