/// Counts what held, and throws at the first thing that did not.
struct Expectations {
  private(set) var held = 0

  mutating func expect<Value: Equatable>(
    _ actual: Value, equals expected: Value, _ what: @autoclosure () -> String
  ) throws {
    guard actual == expected else {
      throw Difference(description: "\(what()) is \(actual), expected \(expected)")
    }
    held += 1
  }

  /// Expects element i to be `expected(i)`, and names the first that is not.
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

  mutating func expect(_ condition: Bool, _ what: @autoclosure () -> String) throws {
    guard condition else { throw Difference(description: "it is not so that \(what())") }
    held += 1
  }
}

/// An expectation that did not hold.
struct Difference: Error, CustomStringConvertible {
  let description: String
}
