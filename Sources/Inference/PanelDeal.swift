/// Who computes which block of panels: what rank zero deals out, in order, to whoever is free.
///
/// A rank is dealt a few blocks ahead, so that it has work while rank zero is busy; towards the end
/// fewer, so that none waits long for another. Blocks are handed on in order, and no block is dealt
/// that lies a window or more beyond the first which has not been: that bounds the memory.
struct PanelDeal {
  /// The blocks that there are; fewer once the deal was stopped.
  private(set) var blocks: Int

  /// How many blocks, from any one on, are between being dealt and being handed on.
  let window: Int

  /// The first block that no rank has been dealt.
  private(set) var next = 0

  /// The first block that has not been handed on.
  private(set) var handed = 0

  /// The blocks that each rank has been dealt and not delivered, in order.
  private var underway: [[Int]]

  /// Whether no block will be dealt any more.
  var isOver: Bool { next == blocks }

  /// Whether every block has been handed on.
  var isComplete: Bool { handed == blocks }

  /// The most blocks that a rank is dealt at a time: where there is room, enough to work on while
  /// the system gives rank zero's core to somebody else.
  let most: Int

  /// Deals `blocks` blocks of `floats` to `ranks` ranks.
  init(_ blocks: Int, of floats: Int, ranks: Int) {
    self.blocks = blocks
    window = Self.window(of: floats, ranks: ranks)
    most = Self.most(window: window, ranks: ranks)
    underway = Array(repeating: [], count: ranks)
  }

  /// The window for blocks of `floats`: wide enough that a rank may be more than twice as slow as
  /// the others before they wait for it, narrower where that would take more than a quarter of a
  /// GiB.
  static func window(of floats: Int, ranks: Int) -> Int {
    min(16 * ranks, max(4 * ranks, (1 << 26) / max(floats, 1)))
  }

  private static func most(window: Int, ranks: Int) -> Int { window / (2 * ranks) }

  /// The most blocks of `floats` that a rank has memory for at a time: rank zero a window.
  static func most(rank: Int, of ranks: Int, floats: Int) -> Int {
    let window = window(of: floats, ranks: ranks)
    return rank == 0 ? window : most(window: window, ranks: ranks)
  }

  /// The next block, dealt to `rank`; nil where it has enough for now.
  mutating func take(for rank: Int) -> Int? {
    let share = (blocks - next) / underway.count
    guard !isOver, next < handed + window,
      underway[rank].count < max(1, min(most, share))
    else { return nil }
    underway[rank].append(next)
    next += 1
    return next - 1
  }

  /// The block that `rank` delivers next; nil where it has none.
  func first(of rank: Int) -> Int? { underway[rank].first }

  /// The rank that has been dealt `block` and delivers it next.
  func owner(of block: Int) -> Int { underway.firstIndex { $0.first == block }! }

  /// Notes that `rank` has delivered the first of its blocks.
  mutating func deliver(from rank: Int) { underway[rank].removeFirst() }

  /// Notes that one more block has been handed on.
  mutating func hand() { handed += 1 }

  /// Deals no more.
  mutating func stop() { blocks = next }
}
