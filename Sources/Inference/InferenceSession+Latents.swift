internal import Glibc
package import Kernels

extension InferenceSession {
  /// A function that fills the latents (positions, latent) of new images: standard normal draws, where
  /// those of a position depend on `seed` and the position alone.
  package static func prior(seed: UInt64) -> (Range<Int>, Matrix) -> Void {
    let stream = RandomStream(seed: seed, purpose: .generation)
    return { positions, latents in stream.fillNormal(latents, positions: positions) }
  }

  /// A function that fills the latents of a walk: every `steps` positions lead from one draw of
  /// ``prior(seed:)`` to the next, along the great circle between the two draws.
  ///
  /// Shoemake, "Animating rotation with quaternion curves", SIGGRAPH 1985, §3.3. On a great circle the
  /// vectors stay about as long as draws from the prior; a straight line would pass too near the origin.
  package static func walk(seed: UInt64, steps: Int) -> (Range<Int>, Matrix) -> Void {
    let draw = prior(seed: seed)
    return { positions, latents in
      let ends = Buffer<Float>(repeating: 0, count: 2 * latents.columns)
      let pair = ends.vector.matrix(rows: 2, columns: latents.columns)
      for (row, position) in positions.enumerated() {
        let leg = position / steps
        draw(2 * leg..<2 * leg + 2, pair)
        let t = steps > 1 ? Double(position % steps) / Double(steps - 1) : 0
        interpolate(pair, t, into: latents.rows(row..<row + 1))
      }
    }
  }

  /// A function that fills the latents of a walk past `ends` (n + 1, latent), for n · `steps` positions:
  /// every `steps` of them lead from one end to the next, along the great circle between the two.
  package static func walk(past ends: [Float], steps: Int) -> (Range<Int>, Matrix) -> Void {
    { positions, latents in
      let latent = latents.columns
      let memory = Buffer<Float>(repeating: 0, count: 2 * latent)
      let pair = memory.vector.matrix(rows: 2, columns: latent)
      for (row, position) in positions.enumerated() {
        let leg = position / steps
        pair.copy(from: Array(ends[leg * latent..<(leg + 2) * latent]))
        let t = steps > 1 ? Double(position % steps) / Double(steps - 1) : 0
        interpolate(pair, t, into: latents.rows(row..<row + 1))
      }
    }
  }

  /// A function that fills latents (rows × columns, 2), which cover the plane of a model with two latents
  /// row by row. The first latent grows to the right and the second upwards: their values are the prior's
  /// quantiles at the middles of `columns`, and of `rows`, equal parts of its probability.
  ///
  /// Kingma and Welling, "Auto-Encoding Variational Bayes", 2014, appendix A.
  package static func plane(columns: Int, rows: Int) -> (Range<Int>, Matrix) -> Void {
    { positions, latents in
      for (row, position) in positions.enumerated() {
        latents[row, 0] = quantile(position % columns, of: columns)
        latents[row, 1] = quantile(rows - 1 - position / columns, of: rows)
      }
    }
  }

  private static func quantile(_ part: Int, of parts: Int) -> Float {
    Float(NormalQuantile.of((Double(part) + 0.5) / Double(parts)))
  }

  private static func interpolate(_ pair: Matrix, _ t: Double, into latent: Matrix) {
    var (product, first, second) = (0.0, 0.0, 0.0)
    for k in 0..<pair.columns {
      let (a, b) = (Double(pair[0, k]), Double(pair[1, k]))
      product += a * b
      first += a * a
      second += b * b
    }
    let angle = acos(max(-1, min(1, product / (first * second).squareRoot())))
    let isStraight = !(sin(angle) > 1e-6)
    let weightA = isStraight ? 1 - t : sin((1 - t) * angle) / sin(angle)
    let weightB = isStraight ? t : sin(t * angle) / sin(angle)
    for k in 0..<pair.columns {
      latent[0, k] = Float(weightA * Double(pair[0, k]) + weightB * Double(pair[1, k]))
    }
  }
}
