@testable import Engine
import Kernels
import Testing
import VAE

@Suite struct TilePlanTests {
  private static let layouts = [
    ParameterLayout(ModelConfiguration()),
    ParameterLayout(ModelConfiguration(pixels: 77, hidden: 33, latent: 7)),
    ParameterLayout(ModelConfiguration(pixels: 1, hidden: 1, latent: 1)),
  ]

  /// The plan of lane `number` among `count`, of teams that add their gradients up.
  private func plan(
    _ layout: ParameterLayout, lane number: Int, of count: Int, threads: Int = 1
  ) -> TilePlan {
    let job = JobLayout(teamSizes: [count, count], team: 0, member: number, threads: threads)
    return ExchangePlan(
      .allReduce(buckets: 4), ExchangeTask(job: job, layout: layout, batchCounts: [128])
    )
    .order
  }

  @Test(
    "every gradient lies in one bucket, and buckets follow one another", arguments: 0..<3, 1...3)
  func buckets(layout: Int, lanes: Int) {
    let layout = Self.layouts[layout]
    var ranges: [Range<Int>] = []
    for number in 0..<lanes {
      let plan = plan(layout, lane: number, of: lanes)
      // From the message's end to its beginning.
      #expect(plan.buckets.first?.upperBound ?? 0 == plan.floats)
      #expect(plan.buckets.last?.lowerBound ?? 0 == 0)
      for (later, earlier) in zip(plan.buckets, plan.buckets.dropFirst()) {
        #expect(later.lowerBound == earlier.upperBound)
      }
      for (bucket, tiles) in zip(plan.buckets, plan.tiles[0]) {
        #expect(tiles.reduce(0) { $0 + $1.tile.range.count } == bucket.count)
        for (tile, offset) in tiles {
          #expect(bucket.contains(offset) && offset + tile.range.count <= bucket.upperBound)
          ranges.append(tile.range)
        }
      }
    }
    ranges.sort { $0.lowerBound < $1.lowerBound }
    #expect(ranges == layout.tiles.map(\.range))
  }

  @Test("threads share the tiles of a rank, and move none in the message", arguments: [2, 3])
  func threads(count: Int) {
    let layout = Self.layouts[0]
    let (one, many) = (
      plan(layout, lane: 0, of: 1), plan(layout, lane: 0, of: 1, threads: count)
    )
    #expect(one.buckets == many.buckets)
    let places = { (plan: TilePlan) in
      plan.tiles.flatMap { $0.flatMap { $0 } }.map { [$0.tile.range.lowerBound, $0.offset] }
        .sorted { $0[0] < $1[0] }
    }
    #expect(places(one) == places(many))
    #expect(many.tiles.allSatisfy { !$0.joined().isEmpty })
  }

  @Test("the last layers' gradients are computed first")
  func order() {
    let plan = plan(Self.layouts[0], lane: 0, of: 1)
    #expect(plan.buckets.count > 1)
    let layers = plan.tiles[0].map { $0.map(\.tile.layer) }
    #expect(layers.first?.allSatisfy { $0 == 3 } == true)
    #expect(layers.last?.allSatisfy { $0 == 0 } == true)
    // A bucket is of the encoder or of the decoder.
    for (layers, isOfDecoder) in zip(layers, plan.areOfDecoder) {
      #expect(layers.allSatisfy { ($0 >= 2) == isOfDecoder })
    }
  }
}
