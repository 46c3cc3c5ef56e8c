@testable import Engine
import Kernels
import Testing
import VAE

@Suite struct GradientNormTests {
  private static let layout = LocalTeams.layout
  private let memory = Floats(GradientNorm.count(layout))

  /// 3 n and 4 n at the two ends, zeros between: a norm of 5 n.
  private func gradient(_ tile: GradientTile) -> Floats {
    let gradient = Floats(tile.range.count)
    gradient.vector[0] = 3 * Float(tile.number + 1)
    gradient.vector[tile.range.count - 1] = 4 * Float(tile.number + 1)
    return gradient
  }

  @Test(
    "each tile has the norm of its gradient, whichever is noted first", arguments: [true, false])
  func ends(isReversed: Bool) {
    let norm = GradientNorm(memory.vector)
    let tiles = Self.layout.tiles
    for tile in isReversed ? tiles.reversed() : tiles {
      gradient(tile).withVector { norm.note(tile, $0) }
    }
    #expect(memory.elements == tiles.indices.map { 5 * Float($0 + 1) })
  }

  @Test("every element counts")
  func elements() {
    let tile = Self.layout.tiles[0]
    Floats(tile.range.count, repeating: -2).withVector {
      GradientNorm(memory.vector).note(tile, $0)
    }
    #expect(memory.vector[0] == 2 * Float(tile.range.count).squareRoot())
  }

  @Test("a tile that another team updates is zero, and the last norm of a tile counts")
  func others() {
    let norm = GradientNorm(memory.vector)
    let tile = Self.layout.tiles[1]
    for gradient in [Floats(tile.range.count, repeating: 9), gradient(tile)] {
      gradient.withVector { norm.note(tile, $0) }
    }
    #expect(memory.elements.enumerated().allSatisfy { $1 == ($0 == 1 ? 10 : 0) })
  }

  @Test("an element whose square is too large for a float makes an infinite norm")
  func overflow() {
    let tile = Self.layout.tiles[0]
    Floats(tile.range.count, repeating: 0x1p64).withVector {
      GradientNorm(memory.vector).note(tile, $0)
    }
    #expect(memory.vector[0] == .infinity)
  }

  @Test(
    "a gradient is scaled down to the limit, never up, as torch.nn.utils.clip_grad_norm_ does",
    arguments: [(13, 6.5, 6.5 / 13.000001), (13, 13, 13 / 13.000001), (13, 14, 1), (0, 1, 1)]
      as [(Float, Double, Double)])
  func scale(norm: Float, limit: Double, scale: Double) {
    memory.vector[0] = norm * 5 / 13
    memory.vector[Self.layout.tiles.count - 1] = norm * 12 / 13
    #expect(abs(Double(GradientNorm(memory.vector).scale(to: limit)) - scale) < 1e-7)
  }

  @Test("a norm that is not finite has no scale")
  func scaleOfNone() {
    for norm in [Float.infinity, .nan] {
      memory.vector[1] = norm
      #expect(GradientNorm(memory.vector).scale(to: 1).isNaN)
    }
  }

  @Test("the norm of the whole is that of its tiles' norms, and nil where it is not finite")
  func whole() {
    #expect(GradientNorm.combined([3, 0, 4, 12]) == 13)
    #expect(GradientNorm.combined([0, 0]) == 0)
    #expect(GradientNorm.combined([3, .infinity]) == nil)
    #expect(GradientNorm.combined([.nan, 1]) == nil)
  }
}
