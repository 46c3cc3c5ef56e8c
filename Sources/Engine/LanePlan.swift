internal import Kernels
internal import VAE

/// In which order a rank computes its tiles, and where their gradients lie in its message.
package struct LanePlan {
  /// A tile, and where its gradient begins in the message.
  typealias Place = (tile: GradientTile, offset: Int)

  /// Each thread's tiles of each bucket: (threads, buckets).
  let tiles: [[[Place]]]

  /// The parts of the message that travel one by one, in the order in which they are computed: the
  /// last layers first.
  let buckets: [Range<Int>]

  /// The floats of the gradients that are there at a time.
  let floats: Int

  /// The buckets of a message. More let the first leave sooner, and the last, which nothing hides,
  /// be smaller; each costs two messages to every other team.
  package static let mostBuckets = 4

  /// Deals `own` tiles to `threads`. If it `keeps` gradients, all stay until they have travelled;
  /// otherwise each is done with at once, and a thread has room for one.
  init(_ own: [GradientTile], threads: Int, keeps: Bool) {
    let hands = Lane.deal(own, to: threads)
    guard keeps else {
      let room = own.map(\.range.count).max() ?? 0
      tiles = hands.enumerated().map { thread, hand in [hand.map { ($0, thread * room) }] }
      buckets = [0..<threads * room]
      floats = threads * room
      return
    }
    var (offsets, end) = ([Int: Int](), 0)
    for tile in own {
      offsets[tile.range.lowerBound] = end
      end += tile.range.count
    }
    let places = own.map { (tile: $0, offset: offsets[$0.range.lowerBound]!) }
    let buckets = Self.cut(places, end)
    tiles = hands.map { hand in
      buckets.map { bucket in
        places.filter { place in
          bucket.contains(place.offset)
            && hand.contains { $0.range.lowerBound == place.tile.range.lowerBound }
        }
      }
    }
    (self.buckets, floats) = (buckets, end)
  }

  /// Cuts a message of `end` floats between tiles, from its end on, into parts as even as these
  /// allow.
  private static func cut(_ places: [Place], _ end: Int) -> [Range<Int>] {
    var (buckets, upper) = ([Range<Int>](), end)
    for place in places.reversed() {
      let wanted = end * (mostBuckets - buckets.count - 1) / mostBuckets
      guard place.offset <= wanted || place.offset == 0 else { continue }
      buckets.append(place.offset..<upper)
      upper = place.offset
    }
    return buckets
  }
}
