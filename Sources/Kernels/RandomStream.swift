/// Random draws that depend on their address alone: (seed, purpose, epoch, position, index).
///
/// Which rank makes a draw, and when, does not matter. The seed is the key of ``Philox``; purpose,
/// epoch, position and index / 4 are its counter. Uniform and normal draws of a stream are made
/// from the same random words, so a stream must be used for one of the two only.
public struct RandomStream: Sendable {
  /// What draws are used for. Draws for different purposes are independent.
  ///
  /// All purposes of the program are listed here, so that no two have the same number.
  public enum Purpose: UInt32, Sendable {
    /// Initial parameters: the position is the index of the tensor in PyTorch's order, the index is
    /// that of the element in the tensor.
    case initialization = 1
    /// The order of the samples in an epoch: the position is 0, the index is four times that of a
    /// swap.
    case order = 2
    /// Noise in training: the position is the sample's in the epoch, the index is the latent
    /// dimension.
    case training = 3
    /// Noise in evaluation: the position is the image, the index is the latent dimension, and the
    /// epoch is 0 or, if each image is sampled several times, the index of the draw from 0 on.
    case evaluation = 4
    /// Latents of new images: the position is the image, the index is the latent dimension.
    case generation = 5
    /// The fixed binarisation of images, under the seed 0: the epoch is 0 for images to train on and 1
    /// for images to test on, the position is the image's index in its file, the index is the pixel.
    case fixedPixels = 6
    /// The binarisation of images in an epoch of training: the position is the image's index in its
    /// file, the index is the pixel.
    case dynamicPixels = 7
  }

  private let key: SIMD2<UInt32>
  private let purpose: UInt32
  private let epoch: UInt32

  /// The stream of `seed` for `purpose` in `epoch`, which is 0 for draws that belong to no epoch.
  public init(seed: UInt64, purpose: Purpose, epoch: Int = 0) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    self.purpose = purpose.rawValue
    self.epoch = UInt32(truncatingIfNeeded: epoch)
  }

  /// The four random words at `position` of the indices 4 × `block` … 4 × `block` + 3.
  @inline(__always)
  public func words(position: Int, block: Int) -> SIMD4<UInt32> {
    Philox.block(
      counter: SIMD4(
        UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: position), epoch, purpose),
      key: key)
  }

  /// Fills `row` with uniform draws in `lower`..<`upper`. The index of a draw is its index in
  /// `row`.
  public func fillUniform(_ row: Vector, position: Int, from lower: Float, to upper: Float) {
    let scale = (upper - lower) * 0x1p-24
    // If `lower` is large compared with the width, the sum can round up to `upper` itself.
    let greatest = upper.nextDown
    for block in 0..<(row.count + 3) / 4 {
      let words = words(position: position, block: block)
      for lane in 0..<min(4, row.count - 4 * block) {
        row.base[4 * block + lane] =
          min(Float(words[lane] >> 8) * scale + lower, greatest)
      }
    }
  }

  /// Fills row i of `matrix` (positions.count, latent) with standard normal draws at
  /// `positions[i]`.
  ///
  /// Box and Muller's transform (Annals of Mathematical Statistics 29, 1958) makes two draws from
  /// two words: r cos 2πv and r sin 2πv with r = √(−2 ln u), u in (0, 1] and v in [0, 1).
  public func fillNormal(_ matrix: Matrix, positions: Range<Int>) {
    matrix.requireRowMajor("noise", rows: positions.count, columns: matrix.columns)
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

/// The counter-based generator Philox4x32-10: 128 random bits for each (key, counter).
///
/// Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011, §3.3.
/// There is no state, so any rank can make any draw in any order.
package enum Philox {
  /// The four random words of `counter` under `key`.
  @inline(__always)
  package static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var (c0, c1, c2, c3) = (counter[0], counter[1], counter[2], counter[3])
    var (k0, k1) = (key[0], key[1])
    for _ in 0..<10 {
      let p0 = UInt64(c0) &* 0xD251_1F53
      let p1 = UInt64(c2) &* 0xCD9E_8D57
      (c0, c1, c2, c3) = (
        UInt32(truncatingIfNeeded: p1 >> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: p1),
        UInt32(truncatingIfNeeded: p0 >> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: p0)
      )
      k0 = k0 &+ 0x9E37_79B9
      k1 = k1 &+ 0xBB67_AE85
    }
    return SIMD4(c0, c1, c2, c3)
  }
}
