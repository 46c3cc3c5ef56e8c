/// Random draws addressed by (seed, purpose, epoch, position, index), never by who draws them.
///
/// The seed is Philox's key; purpose, epoch, position and index / 4 are its counter. Uniform and
/// normal draws of one stream share these words, so a stream is used for one kind.
public struct RandomStream: Sendable {
  /// What draws are for; two purposes share no random word.
  public enum Purpose: UInt32, Sendable {
    /// Initial parameters; position is the tensor, index the element.
    case initialization = 1
    /// The order of an epoch; position is 0.
    case order = 2
    /// The sampler's noise in training; position is that in the epoch, index the latent.
    case training = 3
    /// The sampler's noise in evaluation; position is the image, index the latent.
    case evaluation = 4
    /// Latents to decode into new images; position is the sample, index the latent.
    case generation = 5
  }

  private let key: SIMD2<UInt32>
  private let purpose: UInt32
  private let epoch: UInt32

  /// The stream of `seed` for `purpose` in `epoch` (0 where epochs do not matter).
  public init(seed: UInt64, purpose: Purpose, epoch: Int = 0) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    self.purpose = purpose.rawValue
    self.epoch = UInt32(truncatingIfNeeded: epoch)
  }

  /// Four random words: those of the indices 4 × `block` … 4 × `block` + 3 at `position`.
  @inline(__always)
  public func words(position: Int, block: Int) -> SIMD4<UInt32> {
    Philox.block(
      counter: SIMD4(
        UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: position), epoch, purpose),
      key: key)
  }

  /// Fills `row` with uniform draws from `lower` up to but without `upper`; index is the place.
  public func fillUniform(_ row: Vector, position: Int, from lower: Float, to upper: Float) {
    let scale = (upper - lower) * 0x1p-24
    // The sum rounds, to `upper` itself where `lower` is large beside the width.
    let greatest = upper.nextDown
    for block in 0..<(row.count + 3) / 4 {
      let words = words(position: position, block: block)
      for lane in 0..<min(4, row.count - 4 * block) {
        row.base[4 * block + lane] =
          min(Float(words[lane] >> 8) * scale + lower, greatest)
      }
    }
  }

  /// Fills row i of `matrix` (n, latents) with standard normal draws of position `positions[i]`.
  ///
  /// Box and Muller's transform (Annals of Mathematical Statistics 29, 1958) of pairs of words:
  /// r = √(−2 ln u), z = r cos 2πv and r sin 2πv, u in (0, 1], v in [0, 1).
  public func fillNormal(_ matrix: Matrix, positions: Range<Int>) {
    matrix.requireRowMajor(positions.count, matrix.columns, "noise")
    for (row, position) in positions.enumerated() {
      let draws = matrix.row(row)
      for block in 0..<(matrix.columns + 3) / 4 {
        let normals = Self.normals(words(position: position, block: block))
        for lane in 0..<min(4, matrix.columns - 4 * block) {
          draws[4 * block + lane] = normals[lane]
        }
      }
    }
  }

  @inline(__always)
  private static func normals(_ words: SIMD4<UInt32>) -> SIMD4<Float> {
    var normals = SIMD4<Float>()
    for pair in 0..<2 {
      let u = (Float(words[2 * pair] >> 8) + 1) * 0x1p-24
      let v = Float(words[2 * pair + 1] >> 8) * 0x1p-24
      let radius = (-2 * logarithm(u)).squareRoot()
      let (cosine, sine) = cosineAndSine(turns: v)
      normals[2 * pair] = radius * cosine
      normals[2 * pair + 1] = radius * sine
    }
    return normals
  }
}
