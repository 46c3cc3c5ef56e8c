/// How a buffer is dealt out to ranks: part after part, in rank order, without gaps.
///
/// Each part's count and the whole must fit a C `int`, as the standard counts and displaces in it.
struct Parts {
  let counts: [CInt]
  let displacements: [CInt]
  /// The elements of all parts together.
  let total: Int

  init(_ counts: [Int], _ operation: StaticString) throws(MPIError) {
    var narrowed: [CInt] = []
    var displacements: [CInt] = []
    var total = 0
    for count in counts {
      precondition(count >= 0, "a part has a negative count")
      displacements.append(try narrow(total, .count, operation))
      narrowed.append(try narrow(count, .count, operation))
      total += count
    }
    self.counts = narrowed
    self.displacements = displacements
    self.total = total
  }
}

extension Communicator {
  /// Traps unless there is a part for each rank, this rank's is `own`, and all make up `whole`.
  func requireParts(_ parts: Parts, own: Int, whole: Int) {
    precondition(parts.counts.count == size, "there must be a count for each rank")
    precondition(Int(parts.counts[rank]) == own, "this rank's part is not of the size counted")
    precondition(parts.total == whole, "the whole must be as large as its parts together")
  }
}
