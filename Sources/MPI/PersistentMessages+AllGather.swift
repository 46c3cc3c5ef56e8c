extension PersistentMessages {
  /// Adds a group that brings each rank's pieces of `values` to the same places of all other
  /// ranks'.
  ///
  /// An all-gather whose parts lie scattered, without copying them together. Every rank sends its
  /// pieces to every other, which on a network that joins all pairs alike is as few bytes on each
  /// link as any way needs.
  ///
  /// - Parameters:
  ///   - values: (n), laid out alike on all ranks.
  ///   - pieces: (size), the ranges of `values` that each rank has, the same lists on all ranks. No
  ///     two may overlap. Empty ones are not sent.
  /// - Returns: the group's number.
  /// - Throws: ``MPIError``, of class `count` for ranges of 2³¹ elements or more.
  public mutating func addAllGather<Element: Datatype>(
    _ values: inout MutableSpan<Element>, pieces: [[Range<Int>]]
  ) throws(MPIError) -> Int {
    precondition(pieces.count == size, "there must be a list of pieces for each rank")
    let group = addGroup()
    try values.withUnsafeMutableBufferPointer { values throws(MPIError) in
      // Receives come first: what arrives before it is expected is copied.
      for distance in 1..<max(size, 1) {
        let source = (rank + size - distance) % size
        for range in pieces[source] {
          try addReceive(UnsafeMutableBufferPointer(rebasing: values[range]), from: source)
        }
      }
      for distance in 1..<max(size, 1) {
        let destination = (rank + distance) % size
        for range in pieces[rank] {
          try addSend(UnsafeMutableBufferPointer(rebasing: values[range]), to: destination)
        }
      }
    }
    return group
  }
}
