/// How positions are cut into panels of one height, and these into blocks that a rank computes at a
/// time, with all its threads.
struct PanelPlan {
  /// The rows of a panel.
  static let height = PanelBench.height

  /// The positions.
  let count: Int

  /// The floats of a position.
  let width: Int

  /// The panels of a block.
  let panelsPerBlock: Int

  /// The blocks, of which the last may have fewer panels.
  var blocks: Int { (count + rowsPerBlock - 1) / rowsPerBlock }

  /// The floats of a block.
  var floats: Int { rowsPerBlock * width }

  /// The blocks that are in memory at a time, at most, on `ranks` ranks.
  func window(ranks: Int) -> Int { min(PanelDeal.window(of: floats, ranks: ranks), blocks) }

  /// The positions of a block.
  func positions(ofBlock block: Int) -> Range<Int> {
    block * rowsPerBlock..<min((block + 1) * rowsPerBlock, count)
  }

  /// The positions of each panel of a block.
  func panels(ofBlock block: Int) -> [Range<Int>] {
    let all = positions(ofBlock: block)
    return stride(from: all.lowerBound, to: all.upperBound, by: Self.height)
      .map { $0..<min($0 + Self.height, all.upperBound) }
  }

  private var rowsPerBlock: Int { panelsPerBlock * Self.height }
}
