/// What teams send one another in a step.
package enum ExchangeMode: String, Codable, Sendable, CaseIterable {
  /// Gradients of their samples, which are added up: as many bytes whatever the batch. Additions
  /// are in an order that depends on the teams, and so do the model's last bits.
  case allReduce = "all-reduce"
  /// Layer inputs and deltas, 10 KB an image, and then new parameters: every tile of the gradient
  /// is computed once, over the whole batch, by one team. The model's bits are those of a lone
  /// team.
  case allGather = "all-gather"
}
