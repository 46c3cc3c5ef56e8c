extension PersistentMessages {
  /// Adds a group that copies each rank's ranges of `values` to the same ranges on all other ranks.
  ///
  /// The group is an all-gather in which the elements of a rank need not lie side by side. Every
  /// rank sends all its ranges to every other rank directly. On a network in which all pairs of
  /// ranks have equally fast links, no other way sends fewer bytes over any link.
  ///
  /// `MPI_Send_init` and `MPI_Recv_init`; MPI 3.1, 3.9.
  ///
  /// - Parameters:
  ///   - values: (n), the same n on all ranks.
  ///   - pieces: (size), for each rank the ranges of `values` that it sends; the same lists on all
  ///     ranks. No two ranges may overlap. Empty ranges are not sent.
  /// - Returns: the group's number.
  /// - Throws: ``MPIError`` if a call fails, of class `count` for ranges of 2³¹ elements or more.
  public mutating func addAllGather<Element: Datatype>(
    _ values: inout MutableSpan<Element>, pieces: [[Range<Int>]]
  ) throws(MPIError) -> Int {
    precondition(pieces.count == size, "there must be a list of pieces for each rank")
    let group = addGroup()
    try values.withUnsafeMutableBufferPointer { values throws(MPIError) in
      // Receives start first: MPI has to copy a message that arrives before its receive has started.
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
