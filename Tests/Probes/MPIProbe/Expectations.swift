/// Counts expectations that hold, and throws at the first that does not.
struct Expectations {
  /// The number of expectations that held.
  private(set) var held = 0

  /// Expects that `actual`, which `what` describes, equals `expected`.
  mutating func expect<Value: Equatable>(
    _ actual: Value, equals expected: Value, _ what: @autoclosure () -> String
  ) throws {
    guard actual == expected else {
      throw Difference(description: "\(what()) is \(actual), expected \(expected)")
    }
    held += 1
  }

  /// Expects that element i is `expected(i)`; the error names the first that is not.
  mutating func expect<Element: Equatable>(
    _ actual: [Element], _ what: @autoclosure () -> String, elements expected: (Int) -> Element
  ) throws {
    for (index, element) in actual.enumerated() where element != expected(index) {
      throw Difference(
        description: "\(what()): element \(index) of \(actual.count) is \(element), "
          + "expected \(expected(index))")
    }
    held += 1
  }

  /// Expects that `condition`, which `what` states, is true.
  mutating func expect(_ condition: Bool, _ what: @autoclosure () -> String) throws {
    guard condition else { throw Difference(description: "it is not so that \(what())") }
    held += 1
  }
}

/// An expectation that did not hold.
struct Difference: Error, CustomStringConvertible {
  let description: String
}
