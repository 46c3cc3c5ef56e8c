/// Memory that a job takes beside training itself, which is counted before training begins.
package struct MemoryReserve {
  /// Floats on every rank.
  package var perRank: Int

  /// Floats on rank zero.
  package var onRoot: Int

  /// Room for `perRank` floats on every rank and `onRoot` more on rank zero.
  package init(perRank: Int = 0, onRoot: Int = 0) {
    (self.perRank, self.onRoot) = (perRank, onRoot)
  }
}
