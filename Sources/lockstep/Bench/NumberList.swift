internal import ArgumentParser

/// Numbers from 1, separated by commas.
struct NumberList: ExpressibleByArgument {
  let numbers: [Int]

  init?(argument: String) {
    let words = argument.split(separator: ",", omittingEmptySubsequences: false)
    numbers = words.compactMap { Int($0) }.filter { $0 >= 1 }
    guard numbers.count == words.count else { return nil }
  }
}
