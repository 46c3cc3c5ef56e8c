/// Finds those who do not agree with the others.
package enum Dissent {
  /// The places of `values` that are not as most are, or, where no value is that of more than half,
  /// not as the first is.
  package static func places<Value: Hashable>(in values: [Value]) -> [Int] {
    let most = majority(of: values) ?? values.first
    return values.indices.filter { values[$0] != most }
  }

  /// The value of more than half of all; nil where there is none.
  package static func majority<Value: Hashable>(of values: [Value]) -> Value? {
    var counts: [Value: Int] = [:]
    for value in values { counts[value, default: 0] += 1 }
    return counts.first { 2 * $0.value > values.count }?.key
  }
}
