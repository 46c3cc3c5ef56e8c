internal import Platform

extension Wording {
  /// "rank 3", "ranks 0 and 1", "ranks 0-3,7".
  static func ranks(_ ranks: [RankFindings]) -> String { list("rank", ranks.map(\.rank)) }

  /// Each host of `nodes` once.
  static func hosts(_ nodes: [[RankFindings]]) -> String {
    var hosts: [String] = []
    for node in nodes where !hosts.contains(node[0].host) { hosts.append(node[0].host) }
    return names(hosts)
  }
}
