public import Kernels
package import Platform

/// How ranks form teams.
public enum TeamMode: String, Codable, Sendable, CaseIterable {
  /// The ranks of one node, which share memory, are a team.
  case node
  /// Every rank is a team of its own: classic data parallelism.
  case rank
}

/// How a job shares its work. Jobs of different shapes train the same model, to the last bit, unless ``wire``
/// is bf16: between several teams the bits then depend on their number.
public struct JobShape: Sendable, Encodable {
  /// How ranks form teams.
  public var teams = TeamMode.node

  /// What teams send one another; without effect on a lone team.
  public var exchange = ExchangeMode.auto

  /// The number format in which an all-reduce sends gradients to other teams.
  public var wire = Precision.fp32

  /// How many threads each rank has.
  public var threadsPerRank = 1

  /// Memory that the job takes beside training.
  package var reserve = MemoryReserve()

  /// The ranks of each node are a team, each rank has one thread, and teams exchange floats.
  public init() {}
}

extension JobShape {
  /// What is impossible about the values, in one sentence; nil where nothing is.
  package var problem: Sentence? {
    if threadsPerRank < 1 { return "\(setting: .threadsPerRank) must be at least 1" }
    guard exchange.wires.contains(wire) else {
      return
        "\(setting: .wire, wire.rawValue) rounds gradients, and \(setting: .exchange, exchange.rawValue) "
        + "sends none: give \(setting: .wire, "fp32"), or \(setting: .exchange, "all-reduce")"
    }
    return nil
  }
}
