@testable import Platform
import Testing

@Suite struct CPUListTests {
  @Test(arguments: [
    ("0", [0]), ("0-2,5\n", [0, 1, 2, 5]), ("3,1,2", [1, 2, 3]), ("", []), ("0-0", [0]),
  ])
  func parse(text: String, numbers: [Int]) throws {
    #expect(try #require(CPUList(parsing: text)).numbers == numbers)
  }

  @Test(arguments: ["a", "1-", "-1", "2-1", "1-2-3", "0-99999999999", "1.5"])
  func refuse(text: String) { #expect(CPUList(parsing: text) == nil) }

  @Test(arguments: [[], [4], [0, 1], [0, 1, 2, 5, 7, 8]])
  func roundTrip(numbers: [Int]) {
    #expect(CPUList(parsing: CPUList(numbers).description)?.numbers == numbers)
  }

  @Test func describe() { #expect(CPUList([5, 2, 1, 0]).description == "0-2,5") }
}
