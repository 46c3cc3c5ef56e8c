internal import Kernels

/// How positions are grouped into chunks, and chunks into blocks.
///
/// A position is the index of an image or latent. A chunk is a run of at most ``chunkSize`` positions, which
/// one thread computes; a block is a run of as many chunks as a rank has threads, and is computed by one
/// rank.
struct BlockPlan {
  /// The number of positions.
  let count: Int

  /// The number of floats that are computed for each position.
  let width: Int

  /// The number of chunks of a full block.
  let chunksPerBlock: Int

  /// The positions of a full chunk.
  var chunkSize = Workspace.capacity

  /// The number of blocks; the last one may be shorter than the others.
  var blockCount: Int { (count + positionsPerBlock - 1) / positionsPerBlock }

  /// The number of floats of a full block.
  var floatsPerBlock: Int { positionsPerBlock * width }

  /// An upper bound of the blocks that are dealt to `ranks` ranks and not yet handed on.
  func window(ranks: Int) -> Int {
    min(BlockDeal.window(floatsPerBlock: floatsPerBlock, ranks: ranks), blockCount)
  }

  /// The positions of the block with the index `block`.
  func positions(ofBlock block: Int) -> Range<Int> {
    block * positionsPerBlock..<min((block + 1) * positionsPerBlock, count)
  }

  /// The positions of each chunk of the block with the index `block`.
  func chunks(ofBlock block: Int) -> [Range<Int>] {
    Array(positions(ofBlock: block).pieces(ofAtMost: chunkSize))
  }

  private var positionsPerBlock: Int { chunksPerBlock * chunkSize }
}

/// Which rank computes which block: rank zero deals blocks, in order, to ranks that have few left to
/// compute. Rank zero alone has this value.
///
/// A block passes through three states, in this order: *dealt* to a rank, *delivered* by that rank to
/// rank zero, and *handed on* to the receiver of the results. Blocks are dealt and handed on in the order
/// of their indices; each rank delivers its blocks in that order.
///
/// A rank is dealt several blocks ahead, so that it has work while rank zero is busy, and fewer towards
/// the end, so that no rank waits long for another. No block is dealt that lies a ``window`` or more
/// beyond the first that has not been handed on: that bounds the memory.
struct BlockDeal {
  /// The number of blocks; after ``stop()``, the number of blocks that had been dealt.
  private(set) var blockCount: Int

  /// An upper bound of the blocks that are dealt and not handed on.
  let window: Int

  /// An upper bound of the blocks that a rank is dealt and has not delivered: where memory allows,
  /// enough to work on while the system gives rank zero's core to another process.
  let mostPerRank: Int

  /// The number of blocks that have been dealt: the index of the next block to deal.
  private(set) var dealt = 0

  /// The number of blocks that have been handed on: the index of the next block to hand on.
  private(set) var handedOn = 0

  /// By rank: the indices of the blocks that it has been dealt and has not delivered, in order.
  private var undelivered: [[Int]]

  /// Whether every block has been dealt.
  var isOver: Bool { dealt == blockCount }

  /// Whether every block has been handed on.
  var isComplete: Bool { handedOn == blockCount }

  /// Prepares to deal `blockCount` blocks of `floatsPerBlock` floats to `ranks` ranks.
  init(_ blockCount: Int, floatsPerBlock: Int, ranks: Int) {
    self.blockCount = blockCount
    window = Self.window(floatsPerBlock: floatsPerBlock, ranks: ranks)
    mostPerRank = Self.mostPerRank(window: window, ranks: ranks)
    undelivered = Array(repeating: [], count: ranks)
  }

  /// The window for blocks of `floatsPerBlock` floats: 16 blocks a rank, so that a rank may be more than
  /// twice as slow as the others before the others wait for it. If these would take more than 256 MiB,
  /// the window is as many blocks as fit into 256 MiB, but at least 4 a rank.
  static func window(floatsPerBlock: Int, ranks: Int) -> Int {
    min(16 * ranks, max(4 * ranks, (1 << 26) / max(floatsPerBlock, 1)))
  }

  private static func mostPerRank(window: Int, ranks: Int) -> Int { window / (2 * ranks) }

  /// An upper bound of the blocks, of `floatsPerBlock` floats, that `rank` has memory for: rank zero for
  /// a whole window, every other rank for as many as it can be dealt at a time.
  static func mostInMemory(ofRank rank: Int, among ranks: Int, floatsPerBlock: Int) -> Int {
    let window = window(floatsPerBlock: floatsPerBlock, ranks: ranks)
    return rank == 0 ? window : mostPerRank(window: window, ranks: ranks)
  }

  /// Deals the next block to `rank` and returns the block's index; nil where the rank has enough for
  /// now, or no block may be dealt.
  mutating func deal(to rank: Int) -> Int? {
    let share = (blockCount - dealt) / undelivered.count
    guard !isOver, dealt < handedOn + window,
      undelivered[rank].count < max(1, min(mostPerRank, share))
    else { return nil }
    undelivered[rank].append(dealt)
    dealt += 1
    return dealt - 1
  }

  /// The index of the block that `rank` delivers next; nil where the rank has none to deliver.
  func nextDelivery(from rank: Int) -> Int? { undelivered[rank].first }

  /// The rank whose next delivery is `block`; there must be one.
  func owner(of block: Int) -> Int { undelivered.firstIndex { $0.first == block }! }

  /// Notes that `rank` has delivered the first of its undelivered blocks.
  mutating func deliver(from rank: Int) { undelivered[rank].removeFirst() }

  /// Notes that one more block has been handed on.
  mutating func handOn() { handedOn += 1 }

  /// Ends the deal: no further block is dealt.
  mutating func stop() { blockCount = dealt }
}
