/// The division of a buffer into one part for each rank, in the order of ranks, without gaps.
struct Parts {
  /// The number of elements in each part.
  let counts: [CInt]
  /// The index in the buffer of each part's first element.
  let displacements: [CInt]
  /// The number of elements in all parts together.
  let total: Int

  /// Parts of `counts` elements, for the C function `operation`.
  ///
  /// - Throws: ``MPIError`` of class `count` if a count or a displacement does not fit a C `int`.
  init(_ counts: [Int], _ operation: StaticString) throws(MPIError) {
    var narrowed: [CInt] = []
    var displacements: [CInt] = []
    var total = 0
    for count in counts {
      precondition(count >= 0, "a part has a negative count")
      displacements.append(try narrow(total, .count, for: operation))
      narrowed.append(try narrow(count, .count, for: operation))
      total += count
    }
    self.counts = narrowed
    self.displacements = displacements
    self.total = total
  }
}

extension Communicator {
  /// Traps unless `parts` has a part for each rank, `own` elements in the part of this rank, and
  /// `whole` elements in all parts together.
  func requireParts(_ parts: Parts, own: Int, whole: Int) {
    precondition(parts.counts.count == size, "there must be a count for each rank")
    precondition(Int(parts.counts[rank]) == own, "this rank's count is not that of its values")
    precondition(parts.total == whole, "the counts must add up to the count of the whole")
  }
}
