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

  /// For each bucket, whether its tiles are of the decoder's layers, of whose matrices a sample can have more
  /// rows than of the encoder's. No bucket has tiles of both.
  let areOfDecoder: [Bool]

  /// The floats of gradients that are kept at a time.
  let floats: Int

  /// Deals `own` tiles to `threads`, each of which keeps the gradient of one tile at a time: a gradient is
  /// used before the thread computes the next.
  init(applyingAtOnce own: [GradientTile], threads: Int) {
    let room = own.map(\.range.count).max() ?? 0
    tiles = Self.deal(own, to: threads).enumerated().map { thread, group in
      [group.map { ($0, thread * room) }]
    }
    (buckets, areOfDecoder) = ([0..<threads * room], [false])
    floats = threads * room
  }

  /// Deals `own` tiles to `threads`, and keeps the gradients of all tiles, in about `count` buckets; the
  /// layers from `decoder` on are the decoder's.
  init(keeping own: [GradientTile], threads: Int, buckets count: Int, decoder: Int) {
    var (offsets, end) = ([Int: Int](), 0)
    for tile in own {
      offsets[tile.number] = end
      end += tile.range.count
    }
    let slots = own.map { (tile: $0, offset: offsets[$0.number]!) }
    let (encoderSlots, decoderSlots) = (
      slots.filter { $0.tile.layer < decoder }, slots.filter { $0.tile.layer >= decoder }
    )
    let groups = [decoderSlots, encoderSlots].map { Self.cut($0, ofAbout: end / count) }
    let buckets = Array(groups.joined())
    areOfDecoder = groups[0].map { _ in true } + groups[1].map { _ in false }
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

  /// Cuts the gradients in `slots`, between tiles and from the end on, into buckets of about `share` floats.
  private static func cut(_ slots: [Slot], ofAbout share: Int) -> [Range<Int>] {
    guard let first = slots.first, let last = slots.last else { return [] }
    let (lower, upper) = (first.offset, last.offset + last.tile.range.count)
    let count = max(1, (upper - lower + share / 2) / max(share, 1))
    var (buckets, end) = ([Range<Int>](), upper)
    for slot in slots.reversed() {
      let wanted = lower + (upper - lower) * (count - buckets.count - 1) / count
      guard slot.offset <= wanted || slot.offset == lower else { continue }
      buckets.append(slot.offset..<end)
      end = slot.offset
    }
    return buckets
  }
}
