public import Kernels

/// How ranks form teams.
public enum TeamMode: String, Codable, Sendable, CaseIterable {
  /// The ranks of one node, which share memory, are a team.
  case node
  /// Every rank is a team of its own: classic data parallelism.
  case rank
}

/// What teams send one another in a step.
public enum ExchangeMode: String, Codable, Sendable, CaseIterable {
  /// Gradients of their samples, which are added up: as many bytes whatever the batch. Additions
  /// are in an order that depends on the teams, and so do the model's last bits.
  case allReduce = "all-reduce"
  /// Layer inputs and deltas, 10 KB an image, and then new parameters: every tile of the gradient
  /// is computed once, over the whole batch, by one team. The model's bits are those of a lone
  /// team.
  case allGather = "all-gather"
}

/// How a job shares its work: what may differ between two jobs that train one model.
public struct JobShape: Sendable {
  /// How ranks form teams.
  public var teams = TeamMode.node

  /// What teams send one another; without meaning for a lone team.
  public var exchange = ExchangeMode.allReduce

  /// The number format in which gradients are sent to other teams.
  public var wire = Precision.fp32

  /// Threads of each rank.
  public var threadsPerRank = 1

  /// Memory that the job takes beside training.
  package var reserve = MemoryReserve()

  /// The ranks of each node are a team, with one thread each.
  public init() {}
}
