internal import Kernels
package import VAE

/// In which order a rank computes its tiles, and where it keeps their gradients.
package struct TilePlan {
  /// A tile, and where its gradient begins in the rank's memory.
  typealias Slot = (tile: GradientTile, offset: Int)

  /// Each thread's tiles, bucket by bucket: (threads, buckets, tiles).
  let tiles: [[[Slot]]]

  /// The parts of the memory that are sent one by one, in the order in which they are computed: the last
  /// layers first. Where gradients are not kept, nothing is sent, and the only part is the whole memory.
  let buckets: [Range<Int>]

  /// The floats of gradients that are kept at a time.
  let floats: Int

  /// There are at most so many buckets. With more, the first would be sent earlier, and the last, which is
  /// sent while nothing is computed, would be smaller; but each bucket costs two messages to every other
  /// team.
  package static let mostBuckets = 4

  /// Deals `own` tiles to `threads`, each of which keeps the gradient of one tile at a time: a gradient is
  /// used before the thread computes the next.
  init(applyingAtOnce own: [GradientTile], threads: Int) {
    let room = own.map(\.range.count).max() ?? 0
    tiles = Self.deal(own, to: threads).enumerated().map { thread, group in
      [group.map { ($0, thread * room) }]
    }
    buckets = [0..<threads * room]
    floats = threads * room
  }

  /// Deals `own` tiles to `threads`, and keeps the gradients of all tiles.
  init(keeping own: [GradientTile], threads: Int) {
    var (offsets, end) = ([Int: Int](), 0)
    for tile in own {
      offsets[tile.number] = end
      end += tile.range.count
    }
    let slots = own.map { (tile: $0, offset: offsets[$0.number]!) }
    let buckets = Self.cut(slots, end)
    tiles = Self.deal(own, to: threads).map { group in
      buckets.map { bucket in
        slots.filter { slot in
          bucket.contains(slot.offset) && group.contains { $0.number == slot.tile.number }
        }
      }
    }
    (self.buckets, floats) = (buckets, end)
  }

  /// Divides tiles into `count` groups of about the same work: each tile, from the largest on, goes to the
  /// group with the least work so far.
  ///
  /// Graham, "Bounds on multiprocessing timing anomalies", 1969: the largest group has at most 4/3 of the
  /// work that it would have in the best division.
  package static func deal(_ tiles: [GradientTile], to count: Int) -> [[GradientTile]] {
    var groups = [[GradientTile]](repeating: [], count: count)
    var loads = [Int](repeating: 0, count: count)
    let largestFirst = tiles.sorted {
      ($1.range.count, $0.range.lowerBound) < ($0.range.count, $1.range.lowerBound)
    }
    for tile in largestFirst {
      let group = loads.indices.min { (loads[$0], $0) < (loads[$1], $1) }!
      loads[group] += tile.range.count
      groups[group].append(tile)
    }
    return groups.map { $0.sorted { $0.range.lowerBound < $1.range.lowerBound } }
  }

  /// Cuts `end` floats of gradients, between tiles and from the end on, into buckets of about the same size.
  private static func cut(_ slots: [Slot], _ end: Int) -> [Range<Int>] {
    var (buckets, upper) = ([Range<Int>](), end)
    for slot in slots.reversed() {
      let wanted = end * (mostBuckets - buckets.count - 1) / mostBuckets
      guard slot.offset <= wanted || slot.offset == 0 else { continue }
      buckets.append(slot.offset..<upper)
      upper = slot.offset
    }
    return buckets
  }
}
