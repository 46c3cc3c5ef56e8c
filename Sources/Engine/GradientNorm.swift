internal import Kernels
internal import MPI
internal import VAE

/// The length of a batch's gradient, measured where its tiles are: no rank has all of them.
///
/// Each tile's is noted by whoever takes the step with it, and they are put together in the order
/// of the tiles, so that the bits do not depend on the number of ranks.
struct GradientNorm {
  /// The tiles' norms, (tiles), which all ranks of a team see; zero for those that only other teams
  /// have.
  private let norms: Vector

  /// The floats of a team's memory that it takes.
  static func count(_ layout: ParameterLayout) -> Int { layout.tiles.count }

  init(_ memory: Vector) { norms = memory }

  /// Notes the `gradient` of `tile`.
  func note(_ tile: GradientTile, _ gradient: Vector) {
    norms[tile.number] = Float(gradient.sumOfSquares.squareRoot())
  }

  /// The norm, on rank zero, once all ranks of its team have noted their tiles; collective over the
  /// lanes of teams, each of which has some of the tiles only where they are `isSpread`. Nil where
  /// squares were too large for floats.
  func value(_ team: borrowing Team, isSpread: Bool) throws -> Double? {
    var all = (0..<norms.count).map { norms[$0] }
    if isSpread {
      // Every tile was noted by one team, and zeros leave it as it is.
      try team.withLane { lane in
        var span = all.mutableSpan
        try lane.allReduce(&span, .sum)
      }
    }
    let norm = all.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    return norm.isFinite ? norm : nil
  }
}
