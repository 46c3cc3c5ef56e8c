internal import Engine
internal import Platform

// What a choice of exchanges is told as.

extension ExchangeWay {
  /// As in "all-reduce in up to 4 buckets".
  var words: String {
    switch self {
    case .alone: "nothing"
    case .allReduce(let buckets, let uneven):
      "all-reduce in up to \(buckets) buckets" + (uneven ? " with uneven shares" : "")
    case .allGather: "all-gather"
    }
  }
}

extension ExchangeChoice {
  /// Why, as in "12.34 ms a step with all-gather, 15.00 with all-reduce in up to 4 buckets"; nil where a flag
  /// asked for the only way.
  var words: String? {
    let other = way?.mode == .allReduce ? "all-gather" : "all-reduce"
    let without: String? =
      switch reason {
      case .none, .alone, .asked: nil
      case .bytes(let times): "\(other) would send \(times.twoDecimals) times as many bytes"
      }
    let found = measured.enumerated().map { number, found in
      "\((1000 * found.seconds).twoDecimals) \(number == 0 ? "ms a step " : "")with \(found.way.words)"
    }
    let parts =
      (found.isEmpty ? [] : [found.joined(separator: ", ")]) + (without.map { [$0] } ?? [])
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }
}
