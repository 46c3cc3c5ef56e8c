/// By which rule parameters change.
public enum OptimizerKind: String, Codable, Sendable, CaseIterable {
  /// Adam: Kingma and Ba, 2014.
  case adam
  /// Adam with a decoupled decay of all parameters: Loshchilov and Hutter, 2017.
  case adamW = "adamw"
  /// Stochastic gradient descent with momentum.
  case sgd
}

extension OptimizerKind: SettingValue {}
