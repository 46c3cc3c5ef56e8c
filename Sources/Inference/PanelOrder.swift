internal import MPI

/// What rank zero tells another rank to compute.
struct PanelOrder {
  /// The number of the block.
  let block: Int

  /// The slot in which to leave it; nil where it is to be sent.
  let slot: Int?

  /// What stands for no slot, and for no more blocks.
  private static let none: Int64 = -1

  /// Gives the order to `rank`.
  func give(to rank: Int, over communicator: borrowing Communicator) throws {
    try communicator.send([Int64(block), slot.map { Int64($0) } ?? Self.none].span, to: rank)
  }

  /// Tells `rank` that there will be no more.
  static func giveNone(to rank: Int, over communicator: borrowing Communicator) throws {
    try communicator.send([none, none].span, to: rank)
  }

  /// Waits for the next order; nil when there will be no more.
  static func next(over communicator: borrowing Communicator) throws -> PanelOrder? {
    var numbers = [none, none]
    var span = numbers.mutableSpan
    try communicator.receive(&span, from: 0)
    guard numbers[0] != none else { return nil }
    return PanelOrder(
      block: Int(numbers[0]), slot: numbers[1] == none ? nil : Int(numbers[1]))
  }
}
