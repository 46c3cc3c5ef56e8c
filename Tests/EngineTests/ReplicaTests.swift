@testable import Engine
import Kernels
import Testing
@testable import VAE

@Suite struct ReplicaTests {
  private static let layout = LocalTeams.layout

  /// 5 floats before the replica, as of another part of the team's memory.
  @Test("the ranges of moments are where the replica has its moments of these parameters")
  func moments() {
    let count = Replica.count(Self.layout)
    let memory = Floats(count + 5)
    defer { withExtendedLifetime(memory) {} }
    let region = 5..<count + 5
    let owned = [[0..<3, 40..<41], [7..<9]]
    let ranges = Replica.moments(owned, Self.layout, in: region)
    #expect(ranges.map { $0.map(\.count) } == [[3, 1, 3, 1], [2, 2]])
    for (team, ranges) in ranges.enumerated() {
      for range in ranges { memory.vector[range].fill(Float(team + 1)) }
    }
    let replica = Replica(Self.layout, memory.vector[region])
    for moment in [replica.firstMoment, replica.secondMoment] {
      let expected = (0..<Self.layout.count).map { index -> Float in
        Float((owned.firstIndex { $0.contains { $0.contains(index) } } ?? -1) + 1)
      }
      #expect(moment.elements == expected)
    }
    #expect(replica.parameters.elements.allSatisfy { $0 == 0 })
  }

  /// The weights of all layers as products of `precision` read them, forward and backward; nil where
  /// they read the parameters themselves.
  private func copies(
    _ replica: Replica, _ layer: LinearLayer
  ) -> (forward: [Float]?, backward: [Float]?) {
    func elements(_ weights: Weights) -> [Float]? {
      switch weights {
      case .pairs(let pairs): pairs.elements
      case .floats(let floats): floats.columnStride == 1 ? floats.elements : nil
      }
    }
    let parameters = replica.modelParameters
    return (
      elements(parameters.weights(of: layer)),
      layer.number == 0 ? nil : elements(parameters.transposedWeights(of: layer))
    )
  }

  /// Numbers of ten digits, of which bf16 keeps eight.
  @Test("copies of the weights are the parameters, rounded in bf16", arguments: Precision.allCases)
  func copies(precision: Precision) {
    let memory = Floats(Replica.count(Self.layout, precision: precision))
    defer { withExtendedLifetime(memory) {} }
    let replica = Replica(Self.layout, memory.vector, precision: precision)
    replica.parameters.copy(from: (0..<Self.layout.count).map { Float(512 + $0 % 512) })
    Self.layout.tiles.forEach(replica.updateCopies)
    for layer in Self.layout.layers {
      let weights = layer.weights(replica.parameters)
      func rounded(_ matrix: Matrix) -> [Float] {
        matrix.elements.map { precision == .fp32 ? $0 : Self.nearestEven($0) }
      }
      let (forward, backward) = copies(replica, layer)
      #expect(forward == rounded(weights))
      #expect(backward == (layer.number == 0 ? nil : rounded(weights.transposed)))
    }
  }

  /// The nearest multiple of 4, which the numbers of bf16 between 512 and 1024 are; of two, the even one.
  private static func nearestEven(_ value: Float) -> Float {
    (value / 4).rounded(.toNearestOrEven) * 4
  }

  @Test("only the copies of the tile are updated", arguments: Precision.allCases)
  func tile(precision: Precision) throws {
    let memory = Floats(Replica.count(Self.layout, precision: precision))
    defer { withExtendedLifetime(memory) {} }
    let replica = Replica(Self.layout, memory.vector, precision: precision)
    replica.parameters.fill(1)
    let tile = try #require(Self.layout.tiles.last { $0.layer == 3 })
    let layer = Self.layout.layers[3]
    replica.updateCopies(tile)
    let backward = try #require(copies(replica, layer).backward)
    // (outputs, inputs): the tile's rows are columns here, and its last, the biases, has no copy.
    for (place, element) in backward.enumerated() {
      #expect((element == 1) == tile.rows.contains(place % layer.inputs))
    }
    #expect(copies(replica, Self.layout.layers[2]).backward?.allSatisfy { $0 == 0 } == true)
  }
}
